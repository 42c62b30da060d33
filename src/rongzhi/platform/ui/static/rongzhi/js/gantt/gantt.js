// The plan as bars: rows by factory and machine, closed time shaded, changeovers hatched, late orders red.
import { duration, element, escape, load, moment, palette, picture, pngButton, t } from "./island.js";

const ROW = 26;

export async function draw(box) {
  const [data, former] = await Promise.all([
    load(box, box.dataset.url),
    box.dataset.overlayUrl ? load(box, box.dataset.overlayUrl) : null,
  ]);
  if (!data) return;
  if (!data.bars.length) {
    box.replaceChildren(element("p", { class: "island-note" }, t("计划中还没有工序", "The plan has no operations yet")));
    return;
  }
  new Gantt(box, data, former).show();
}

class Gantt {
  constructor(box, data, former) {
    Object.assign(this, { box, data, former, zone: data.timezone || "Asia/Shanghai", focus: "", factory: "", isLateOnly: false, hasTransports: false, by: "order" });
    this.orders = Object.fromEntries(data.orders.map((order, i) => [order.code, { ...order, colour: palette[i % palette.length] }]));
    this.bar = Object.fromEntries(data.bars.map((bar) => [bar.id, bar]));
  }

  show() {
    this.canvas = element("div", { class: "island-canvas", role: "img", tabindex: "0", "aria-label": t("甘特图；下方有同样内容的表格", "Gantt chart; the table below says the same") });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.box.replaceChildren(this.toolbar(), this.canvas);
    this.arrange();
    const { chart, redraw } = picture(this.canvas, (tone) => this.option(tone));
    Object.assign(this, { chart, redraw });
    chart.on("click", ({ data }) => data?.order && this.pick(this.focus === data.order ? "" : data.order));
    chart.getZr().on("click", (event) => !event.target && this.focus && this.pick(""));
  }

  toolbar() {
    const option = (value, label) => element("option", { value }, label);
    const change = (name, convert = (control) => control.value) => ({ target }) => { this[name] = convert(target); this.arrange(); this.redraw(); };
    const factories = new Map(this.data.rows.map((row) => [row.factory, row.factory_name || row.factory]));
    this.search = element("input", { type: "search", class: "input", list: "gantt-orders", placeholder: t("订单号", "order"), "aria-label": t("按订单筛选", "filter by order"), onchange: ({ target }) => this.pick(target.value.trim()) });
    return element("div", { class: "island-bar" },
      this.search,
      element("datalist", { id: "gantt-orders" }, ...this.data.orders.slice(0, 500).map((order) => option(order.code))),
      element("select", { class: "input", "aria-label": t("工厂", "factory"), onchange: change("factory") },
        option("", t("全部工厂", "all factories")), ...[...factories].map(([code, label]) => option(code, label))),
      element("select", { class: "input", "aria-label": t("着色", "colours"), onchange: change("by") },
        option("order", t("按订单着色", "colour by order")), option("late", t("按拖期着色", "colour by lateness"))),
      element("label", { class: "check" }, element("input", { type: "checkbox", onchange: change("isLateOnly", (box) => box.checked) }), t("仅拖期", "late only")),
      element("label", { class: "check" }, element("input", { type: "checkbox", onchange: change("hasTransports", (box) => box.checked) }), t("运输", "transport")),
      element("span", { class: "island-space" }),
      element("button", { type: "button", class: "button button-small", onclick: () => this.zoom(0.5), "aria-label": t("放大", "zoom in") }, "＋"),
      element("button", { type: "button", class: "button button-small", onclick: () => this.zoom(2), "aria-label": t("缩小", "zoom out") }, "－"),
      element("button", { type: "button", class: "button button-small", onclick: () => this.zoom(0) }, t("全部", "All")),
      pngButton(() => this.chart, "gantt"));
  }

  pick(order) {
    this.focus = order in this.orders ? order : "";
    this.search.value = this.focus;
    this.redraw();
    this.box.dispatchEvent(new CustomEvent("gantt:order", { detail: this.focus, bubbles: true }));
  }

  // Which rows are shown, and the height they need.
  arrange() {
    const busy = new Set(this.data.bars.filter((bar) => this.isShown(bar)).map((bar) => bar.row));
    const rows = this.data.rows.filter((row) => (!this.factory || row.factory === this.factory) && (!this.isLateOnly || busy.has(row.id)));
    this.lines = [];
    let factory = null;
    for (const row of rows) {
      if (row.factory !== factory) this.lines.push({ id: `factory ${row.factory}`, label: row.factory_name || row.factory, isFactory: true });
      factory = row.factory;
      this.lines.push({ id: row.id, label: row.machine_name || row.machine, gaps: row.gaps });
    }
    this.line = Object.fromEntries(this.lines.map((line, i) => [line.id, i]));
    this.canvas.style.height = `${Math.min(Math.max(ROW * this.lines.length + 96, 240), 900)}px`;
    this.chart?.resize();
  }

  isShown(bar) {
    return !this.isLateOnly || (this.orders[bar.order]?.late_min ?? bar.late_min) > 0;
  }

  option(tone) {
    const starts = this.data.bars.map((bar) => bar.s - (bar.changeover_min || 0) * 60000);
    const [first, last] = [Math.min(...starts), Math.max(...this.data.bars.map((bar) => bar.e))];
    const pad = Math.max((last - first) * 0.02, 3600000);
    const many = this.lines.length * ROW > 800;
    return {
      animation: false,
      grid: { left: 8, right: 24, top: 32, bottom: 48, containLabel: true },
      tooltip: { confine: true, borderColor: tone.line, backgroundColor: tone.ground, textStyle: { color: tone.text }, extraCssText: "max-width:340px;white-space:normal", formatter: ({ data }) => data?.tip?.() ?? "" },
      xAxis: {
        type: "time", position: "top", min: first - pad, max: last + pad, splitLine: { show: true, lineStyle: { color: tone.line, opacity: 0.5 } },
        axisLabel: { color: tone.muted, hideOverlap: true, formatter: (value) => this.tick(value) }, axisLine: { lineStyle: { color: tone.line } },
      },
      yAxis: {
        type: "category", inverse: true, data: this.lines.map((line) => line.id), axisTick: { show: false }, axisLine: { show: false },
        axisLabel: {
          interval: 0, formatter: (_, i) => (this.lines[i]?.isFactory ? `{factory|${this.lines[i].label}}` : this.lines[i]?.label ?? ""), width: 170, overflow: "truncate", color: tone.text,
          rich: { factory: { fontWeight: 600, color: tone.accent } },
        },
      },
      dataZoom: [
        { id: "time", type: "inside", xAxisIndex: 0, filterMode: "weakFilter", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, moveOnMouseWheel: false },
        { type: "slider", xAxisIndex: 0, filterMode: "weakFilter", height: 18, bottom: 12, borderColor: tone.line, fillerColor: `${tone.accent}22`, labelFormatter: (value) => moment(value, this.zone).slice(5, 10) },
        ...(many ? [{ type: "slider", yAxisIndex: 0, width: 12, right: 4, filterMode: "weakFilter", startValue: 0, endValue: 30, labelFormatter: "" }, { type: "inside", yAxisIndex: 0, filterMode: "weakFilter", zoomOnMouseWheel: false, moveOnMouseWheel: true }] : []),
      ],
      series: [this.gaps(tone), ...(this.former ? [this.outlines(tone)] : []), this.bars(tone), this.transports(tone)],
    };
  }

  // Days by their date, hours of a day with it.
  tick(value) {
    const said = moment(value, this.zone);
    return said.slice(11, 16) === "00:00" ? said.slice(5, 10) : said.slice(5, 16);
  }

  // Closed time of each machine.
  gaps(tone) {
    const data = this.lines.flatMap((line, y) => (line.gaps || []).map(([s, e]) => [s, e, y]));
    return {
      type: "custom", silent: true, z: 1, clip: true, encode: { x: [0, 1], y: 2 }, data,
      renderItem: (_, api) => ({ type: "rect", shape: rectangle(api, api.value(0), api.value(1), api.value(2), 1), style: { fill: tone.shade, opacity: 0.9 } }),
    };
  }

  bars(tone) {
    const data = this.data.bars.filter((bar) => bar.row in this.line && this.isShown(bar)).map((bar) => ({
      value: [bar.s - (bar.changeover_min || 0) * 60000, bar.e, this.line[bar.row]], bar, order: bar.order, tip: () => this.tip(bar),
    }));
    return {
      type: "custom", z: 3, clip: true, encode: { x: [0, 1], y: 2 }, data,
      renderItem: (parameters, api) => this.shape(data[parameters.dataIndex], api, tone),
      markLine: this.data.now ? { silent: true, symbol: "none", data: [{ xAxis: this.data.now }], lineStyle: { color: tone.warn, width: 2, type: "solid" }, label: { formatter: t("现在", "now"), color: tone.warn } } : undefined,
    };
  }

  shape({ bar, order, value }, api, tone) {
    const line = value[2];
    const late = this.orders[order]?.late_min ?? bar.late_min ?? 0;
    const colour = this.by === "late" ? (late > 0 ? tone.late : tone.accent) : this.orders[order]?.colour ?? tone.accent;
    const opacity = this.focus && this.focus !== order ? 0.15 : 1;
    const full = rectangle(api, bar.s, bar.e, line, 0.68);
    const children = [];
    if (bar.changeover_min) children.push({ type: "rect", shape: rectangle(api, value[0], bar.s, line, 0.4), style: { fill: tone.muted, opacity, decal: hatch(tone) } });
    children.push({ type: "rect", shape: { ...full, r: 2 }, style: { fill: colour, opacity, stroke: late > 0 ? tone.late : bar.pinned ? tone.text : undefined, lineWidth: late > 0 ? 1.5 : 1 } });
    if (bar.setup_e > bar.s) children.push({ type: "rect", shape: { ...rectangle(api, bar.s, bar.setup_e, line, 0.68), r: 2 }, style: { fill: tone.ground, opacity: 0.45 * opacity } });
    if (full.width > 48) children.push({ type: "text", style: { text: bar.label || order, x: full.x + 4, y: full.y + full.height / 2, width: full.width - 8, overflow: "truncate", verticalAlign: "middle", fill: "#fff", fontSize: 11, opacity } });
    return { type: "group", children };
  }

  // The plan compared with, as outlines in the same rows.
  outlines(tone) {
    const data = this.former.bars.filter((bar) => bar.row in this.line).map((bar) => ({ value: [bar.s, bar.e, this.line[bar.row]], order: bar.order, tip: () => this.tip(bar, t("（对比计划）", " (plan compared with)")) }));
    return {
      type: "custom", z: 2, clip: true, encode: { x: [0, 1], y: 2 }, data,
      renderItem: (_, api) => ({ type: "rect", shape: { ...rectangle(api, api.value(0), api.value(1), api.value(2), 0.92), r: 2 }, style: { fill: "transparent", stroke: tone.muted, lineDash: [3, 3] } }),
    };
  }

  // Transports of the chosen order, or all of them when asked for.
  transports(tone) {
    const shown = (this.data.transports || []).filter(({ from_op: from, to_op: to }) => {
      const [a, b] = [this.bar[from], this.bar[to]];
      return a && b && a.row in this.line && b.row in this.line && (this.focus ? a.order === this.focus : this.hasTransports);
    });
    const data = shown.map((move) => ({
      value: [move.s, move.e, this.line[this.bar[move.from_op].row], this.line[this.bar[move.to_op].row]],
      tip: () => `<b>${escape(move.from_place)} → ${escape(move.to_place)}</b><br>${moment(move.s, this.zone)} → ${moment(move.e, this.zone)}<br>${t("运输", "transport")} ${duration(move.e - move.s)}`,
    }));
    return {
      type: "custom", z: 4, clip: true, encode: { x: [0, 1], y: 2 }, data,
      renderItem: (_, api) => {
        const [a, b] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(3)])];
        const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        const tip = (turn) => [b[0] - 8 * Math.cos(angle + turn), b[1] - 8 * Math.sin(angle + turn)];
        return {
          type: "group", children: [
            { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: tone.text, lineWidth: 1.2, opacity: 0.7 } },
            { type: "polygon", shape: { points: [b, tip(0.4), tip(-0.4)] }, style: { fill: tone.text, opacity: 0.7 } },
          ],
        };
      },
    };
  }

  tip(bar, note = "") {
    const order = this.orders[bar.order];
    const rows = [
      [t("工序", "operation"), escape(bar.op)],
      [t("开始", "start"), moment(bar.s, this.zone)],
      [t("结束", "end"), moment(bar.e, this.zone)],
    ];
    if (bar.setup_e > bar.s) rows.push([t("准备至", "set-up until"), moment(bar.setup_e, this.zone)]);
    if (bar.changeover_min) rows.push([t("换型", "changeover"), duration(bar.changeover_min * 60000)]);
    if (order?.due) rows.push([t("交货期", "due date"), moment(order.due, this.zone)]);
    if (order) rows.push([t("订单", "order"), order.late_min > 0 ? `<b class="tip-late">${t("拖期", "late by")} ${duration(order.late_min * 60000)}</b>` : t("按期", "on time")]);
    return `<b>${escape(bar.order)}</b> ${escape(bar.label || "")}${note}<table class="tip">${rows.map(([name, value]) => `<tr><td>${name}</td><td>${value}</td></tr>`).join("")}</table>`;
  }

  zoom(factor) {
    const { start, end } = this.chart.getOption().dataZoom[0];
    const [middle, half] = [(start + end) / 2, ((end - start) / 2) * (factor || 100)];
    this.chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start: Math.max(0, middle - half), end: Math.min(100, middle + half) });
  }

  key(event) {
    const { start, end } = this.chart.getOption().dataZoom[0];
    const step = (end - start) / 8;
    const move = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (move) this.chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start: Math.max(0, start + move), end: Math.min(100, end + move) });
    else if (event.key === "+" || event.key === "=") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
    else if (event.key === "Escape") this.pick("");
    else return;
    event.preventDefault();
  }
}

function rectangle(api, start, end, line, share) {
  const [a, b] = [api.coord([start, line]), api.coord([end, line])];
  const height = api.size([0, 1])[1] * share;
  return { x: a[0], y: a[1] - height / 2, width: Math.max(b[0] - a[0], 1), height };
}

let pattern;
function hatch(tone) {
  if (pattern) return pattern;
  const tile = element("canvas", { width: 6, height: 6 });
  const pen = tile.getContext("2d");
  pen.strokeStyle = tone.ground;
  pen.beginPath();
  pen.moveTo(0, 6);
  pen.lineTo(6, 0);
  pen.stroke();
  pattern = { image: tile, repeat: "repeat" };
  return pattern;
}
