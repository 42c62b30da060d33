// Charts: one theme for all of them, table and downloads beside, dark aware, sized with the window.
import * as echarts from "/static/vendor/echarts/dist/echarts.esm.min.mjs";

// Okabe-Ito's colours, darkened for a white ground; distinguishable without red and green.
export const PALETTE = ["#0f766e", "#d97706", "#2563a8", "#b0447f", "#7a9a01", "#5b6b8c", "#56b4e9", "#8c6d46"];
const BASE = { aria: { enabled: true }, animation: false, grid: { containLabel: true, left: 8, right: 16, top: 40, bottom: 8 } };
const drawn = new WeakMap();

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function theme() {
  const ink = token("--ink-2");
  const rule = token("--rule");
  const axis = {
    axisLine: { lineStyle: { color: token("--rule-2") } },
    axisTick: { lineStyle: { color: token("--rule-2") } },
    axisLabel: { color: ink },
    nameTextStyle: { color: token("--ink-3") },
    splitLine: { lineStyle: { color: rule } },
  };
  return {
    color: PALETTE,
    backgroundColor: "transparent",
    textStyle: { fontFamily: token("--font"), fontSize: 12, color: ink },
    legend: { top: 0, right: 0, textStyle: { color: ink }, icon: "roundRect", itemWidth: 10, itemHeight: 10 },
    tooltip: {
      renderMode: "richText", backgroundColor: token("--raised"), borderColor: token("--rule-2"), borderWidth: 1,
      textStyle: { color: token("--ink"), fontSize: 12 },
    },
    categoryAxis: axis, valueAxis: axis, timeAxis: axis, logAxis: axis,
    line: { symbolSize: 5, lineStyle: { width: 2 } },
    radar: { axisName: { color: ink }, splitLine: { lineStyle: { color: rule } }, splitArea: { show: false } },
  };
}

function save(name, url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  if (url.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function saveBlob(name, text, type) {
  save(name, URL.createObjectURL(new Blob([text], { type })));
}

export function tableAsCsv(table) {
  const quote = (cell) => {
    const text = cell.textContent.trim();
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return "\ufeff" + [...table.rows].map((row) => [...row.cells].map(quote).join(",")).join("\r\n");
}

function svgOf(chart, box) {
  const holder = document.createElement("div");
  const copy = echarts.init(holder, theme(), { renderer: "svg", width: box.clientWidth, height: box.clientHeight });
  copy.setOption({ ...chart.getOption(), animation: false });
  const text = copy.renderToSVGString();
  copy.dispose();
  return text;
}

export function addTools(figure, name, { png, svg, table }) {
  const tools = document.createElement("span");
  tools.className = "chart-tools";
  const add = (label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    tools.append(button);
  };
  if (png) add("PNG", () => save(`${name}.png`, png()));
  if (svg) add("SVG", () => saveBlob(`${name}.svg`, svg(), "image/svg+xml"));
  if (table) add("CSV", () => saveBlob(`${name}.csv`, tableAsCsv(table), "text/csv"));
  let head = figure.querySelector("figcaption");
  if (!head) {
    head = document.createElement("figcaption");
    head.append(document.createElement("span"));
    figure.prepend(head);
  }
  head.append(tools);
}

export function draw(figure) {
  const id = figure.dataset.chart;
  const box = figure.querySelector(".chart-canvas");
  if (!box || drawn.has(box)) return;
  const option = JSON.parse(document.getElementById(`${id}-option`).textContent);
  const name = figure.dataset.title || id;
  const entry = { chart: null, option };
  const make = () => {
    entry.chart?.dispose();
    entry.chart = echarts.init(box, theme());
    entry.chart.setOption({ ...BASE, ...option });
  };
  make();
  drawn.set(box, entry);
  new ResizeObserver(() => entry.chart.resize()).observe(box);
  document.addEventListener("rongzhi:theme", make);
  addTools(figure, name, {
    png: () => entry.chart.getDataURL({ pixelRatio: 2, backgroundColor: token("--ground") }),
    svg: () => svgOf(entry.chart, box),
    table: document.getElementById(`${id}-table`),
  });
}
