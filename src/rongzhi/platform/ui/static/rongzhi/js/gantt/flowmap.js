// Work moving between places: circles at their coordinates, bands as thick as the shipments are many.
import { amount, element, escape, load, picture, pngButton, t } from "./island.js";

export async function draw(box) {
  const data = await load(box, box.dataset.url);
  if (!data) return;
  const places = data.places.filter((place) => place.lat !== null && place.lon !== null);
  if (!places.length) {
    box.replaceChildren(element("p", { class: "island-note" }, t("地点没有坐标；请在资源中补充", "The places have no coordinates; add them under resources")));
    return;
  }
  const canvas = element("div", { class: "island-canvas island-map", role: "img", "aria-label": t("工序在工厂之间的流动", "work moving between factories") });
  let chart;
  box.replaceChildren(element("div", { class: "island-bar" }, pngButton(() => chart, "flows")), canvas);
  const at = project(places);
  const most = Math.max(1, ...data.flows.map((flow) => flow.shipments));
  const busiest = Math.max(1, ...places.map((place) => place.load || 0));
  ({ chart } = picture(canvas, (tone) => ({
    animation: false,
    grid: { left: 24, right: 24, top: 24, bottom: 24 },
    xAxis: { type: "value", show: false, min: -0.12, max: 1.12 },
    yAxis: { type: "value", show: false, min: -0.18, max: 1.18 },
    tooltip: { borderColor: tone.line, backgroundColor: tone.ground, textStyle: { color: tone.text }, formatter: ({ data: item }) => item.tip },
    series: [
      {
        type: "lines", coordinateSystem: "cartesian2d", symbol: ["none", "arrow"], symbolSize: 9, z: 1,
        data: data.flows.filter((flow) => flow.from !== flow.to && at[flow.from] && at[flow.to]).map((flow) => ({
          coords: [at[flow.from], at[flow.to]],
          lineStyle: { width: 1 + (7 * flow.shipments) / most, color: tone.accent, opacity: 0.45, curveness: 0.18 },
          emphasis: { lineStyle: { opacity: 0.9 } },
          tip: `<b>${escape(name(data, flow.from))} → ${escape(name(data, flow.to))}</b><br>${amount(flow.shipments)} ${t("次运输", "shipments")} · ${amount(flow.operations)} ${t("道工序", "operations")}<br>${amount(flow.hours)} h · ¥ ${amount(flow.cost)}`,
        })),
      },
      {
        type: "scatter", z: 2,
        symbolSize: (_, { data: item }) => 14 + 30 * Math.sqrt((item.load || 0) / busiest),
        itemStyle: { color: tone.accent, borderColor: tone.ground, borderWidth: 2 },
        label: { show: true, position: "bottom", distance: 6, color: tone.text, formatter: ({ data: item }) => item.name },
        labelLayout: { moveOverlap: "shiftY" },
        data: places.map((place) => ({
          name: place.name, value: at[place.code], load: place.load,
          tip: `<b>${escape(place.name)}</b><br>${t("计划工作", "planned work")} ${amount(place.load || 0)} h`,
        })),
      },
    ],
  })));
}

const name = (data, code) => data.places.find((place) => place.code === code)?.name ?? code;

// Equirectangular around the middle latitude, scaled into the unit square.
function project(places) {
  const middle = places.reduce((sum, place) => sum + place.lat, 0) / places.length;
  const points = places.map((place) => [place.lon * Math.cos((middle * Math.PI) / 180), place.lat]);
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
  const span = Math.max(Math.max(...xs) - left, Math.max(...ys) - bottom) || 1;
  const [dx, dy] = [(1 - (Math.max(...xs) - left) / span) / 2, (1 - (Math.max(...ys) - bottom) / span) / 2];
  return Object.fromEntries(places.map((place, i) => [place.code, [(points[i][0] - left) / span + dx, (points[i][1] - bottom) / span + dy]]));
}
