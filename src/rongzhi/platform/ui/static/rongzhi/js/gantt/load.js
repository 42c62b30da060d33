// Load against capacity: one row a machine, one column a day or week, darker the fuller.
import { amount, element, escape, load, picture, pngButton, t } from "./island.js";

const shares = ["#e6f0ef", "#b7d8d5", "#7dbab4", "#3c938b", "#0f766e", "#0a4f4a"];

const named = (row) => (row.machine ? `${row.factory} · ${row.machine_name || row.machine}` : row.factory_name || row.factory);

export async function draw(box) {
  const data = await load(box, box.dataset.url);
  if (!data) return;
  if (!data.rows.length) {
    box.replaceChildren(element("p", { class: "island-note" }, t("所选范围内没有工作", "No work in this range")));
    return;
  }
  const canvas = element("div", { class: "island-canvas", role: "img", "aria-label": t("负荷与能力", "load and capacity") });
  canvas.style.height = `${Math.max(220, 28 * data.rows.length + 110)}px`;
  let chart;
  box.replaceChildren(element("div", { class: "island-bar" }, pngButton(() => chart, "load")), canvas);
  const cells = data.rows.flatMap((row, y) =>
    data.buckets.map((_, x) => {
      const [capacity, planned] = [row.capacity_h[x] || 0, row.load_h[x] || 0];
      return [x, y, capacity ? Math.round((100 * planned) / capacity) : planned ? 100 : "-", planned, capacity];
    }),
  );
  ({ chart } = picture(canvas, (tone) => ({
    animation: false,
    grid: { left: 8, right: 16, top: 8, bottom: 64, containLabel: true },
    tooltip: {
      borderColor: tone.line, backgroundColor: tone.ground, textStyle: { color: tone.text },
      formatter: ({ data: [x, y, share, planned, capacity] }) =>
        `<b>${escape(named(data.rows[y]))}</b><br>${escape(data.buckets[x])}<br>` +
        `${t("负荷", "load")} ${amount(planned)} h / ${t("能力", "capacity")} ${amount(capacity)} h${share === "-" ? "" : ` = ${share} %`}`,
    },
    xAxis: { type: "category", data: data.buckets, axisLabel: { color: tone.muted, hideOverlap: true }, axisLine: { lineStyle: { color: tone.line } }, axisTick: { show: false } },
    yAxis: {
      type: "category", inverse: true, data: data.rows.map(named),
      axisLabel: { color: tone.text, width: 190, overflow: "truncate" }, axisLine: { show: false }, axisTick: { show: false },
    },
    visualMap: {
      type: "piecewise", dimension: 2, orient: "horizontal", left: "center", bottom: 4, textStyle: { color: tone.muted },
      pieces: [[0, 1], [1, 40], [40, 70], [70, 85], [85, 95], [95, 1000]].map(([min, max], step) => ({
        gte: min, lt: max, color: shares[step], label: step === 0 ? t("空闲", "idle") : max > 100 ? "≥ 95 %" : `${min}–${max} %`,
      })),
    },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: tone.ground, borderWidth: 1 }, emphasis: { itemStyle: { borderColor: tone.text } } }],
  })));
}
