"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = {
    zh: { filter: "筛选", onlyLate: "只看误期", arrows: "运输", all: "全图", other: "English", run: "加工", setup: "准备",
      late: "误期作业", change: "换型", gap: "停工", job: "作业", machine: "设备", from: "开始", to: "结束", due: "交期",
      lateBy: "晚", cost: "费用", ops: "道工序", jobs: "个作业", lateJobs: "个误期", hint: "作业、工序、设备或工厂" },
    en: { filter: "Filter", onlyLate: "late only", arrows: "transport", all: "whole plan", other: "中文", run: "run",
      setup: "set-up", late: "late job", change: "changeover", gap: "closed", job: "job", machine: "machine", from: "start",
      to: "end", due: "due", lateBy: "late by", cost: "cost", ops: "operations", jobs: "jobs", lateJobs: "late",
      hint: "job, operation, machine or factory" },
  };
  let language = data.language;
  const say = (key) => words[language][key];
  const by = (id) => document.getElementById(id);
  const stage = by("stage"), canvas = by("chart"), tip = by("tip"), draw2d = canvas.getContext("2d");
  const LEFT = 168, TOP = 34, LANE = 20, HEAD = 22;
  const jobs = new Map(data.jobs.map((job, i) => [job.code, { ...job, colour: data.colours[i % data.colours.length] }]));
  const origin = data.origin_wall_ms; // clock time at the plan's place, read as UTC
  const second = data.unit === "min" ? 60 : 1;
  let view = { start: data.start, scale: 1, top: 0 }, shown = [], height = 0, hot = null, drag = null;

  // Rows keep their order; only those with a bar that passes the filter are laid out.
  function layout() {
    const text = by("filter").value.trim().toLowerCase(), onlyLate = by("late").checked;
    const passes = (bar) => {
      if (onlyLate && !bar.is_late) return false;
      const row = data.rows[bar.row];
      return !text || [bar.operation, bar.name, bar.job, bar.job_name, row.machine, row.name, row.factory, row.factory_name]
        .some((each) => String(each).toLowerCase().includes(text));
    };
    const perRow = new Map();
    for (const bar of data.bars) {
      if (!passes(bar)) continue;
      if (!perRow.has(bar.row)) perRow.set(bar.row, []);
      perRow.get(bar.row).push(bar);
    }
    shown = [];
    height = 0;
    let factory = null;
    data.rows.forEach((row, index) => {
      if (!perRow.has(index)) return;
      if (row.factory !== factory) { factory = row.factory; shown.push({ head: row.factory_name, y: height }); height += HEAD; }
      shown.push({ row, bars: perRow.get(index), y: height });
      height += row.lanes * LANE + 4;
    });
    clamp();
  }
  function clamp() {
    const room = canvas.clientHeight - TOP;
    view.top = Math.max(0, Math.min(view.top, height - room + 20));
    const span = data.end - data.start, width = canvas.clientWidth - LEFT - 12;
    view.scale = Math.max(width / span / 1.05, Math.min(view.scale, 60));
    view.start = Math.max(data.start - span * 0.02, Math.min(view.start, data.end + span * 0.03 - width / view.scale));
  }
  function whole() {
    view = { start: data.start, scale: (canvas.clientWidth - LEFT - 12) / (data.end - data.start), top: 0 };
    clamp();
  }
  const x = (moment) => LEFT + (moment - view.start) * view.scale;

  function stepOf() {
    const wanted = 96 / view.scale;
    const sizes = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 7200, 10080, 20160, 43200];
    let size = sizes.map((each) => (second === 1 && each > 30 ? each * 60 : each)).find((each) => each >= wanted) || 86400;
    while (size < wanted) size *= 2;
    return size;
  }
  function at(moment, isShort) {
    if (origin === null) return Math.round(moment).toLocaleString("en");
    const date = new Date(origin + moment * second * 1000), two = (n) => String(n).padStart(2, "0");
    const day = `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
    const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
    return isShort ? `${day} ${time}` : `${date.getUTCFullYear()}-${day} ${time}`;
  }
  function hatch(a, y, width, tall) {
    draw2d.save();
    draw2d.beginPath(); draw2d.rect(a, y, width, tall); draw2d.clip();
    draw2d.fillStyle = "#fff"; draw2d.fillRect(a, y, width, tall);
    draw2d.strokeStyle = "#3e4c59"; draw2d.lineWidth = 1.6; draw2d.beginPath();
    for (let place = a - tall; place < a + width; place += 5) { draw2d.moveTo(place, y + tall); draw2d.lineTo(place + tall, y); }
    draw2d.stroke();
    draw2d.restore();
  }
  function bar(each, y) {
    const a = x(each.start), b = x(each.end), top = y + each.lane * LANE + 1, tall = LANE - 2;
    const width = Math.max(b - a, 1);
    if (each.changeover) { const from = x(each.changeover_start); hatch(from, top, a - from, tall); }
    draw2d.fillStyle = each.is_late ? data.late : jobs.get(each.job).colour;
    draw2d.fillRect(a, top, Math.max(width - 0.6, 0.8), tall);
    if (each.setup_end > each.start) { draw2d.fillStyle = "rgba(0,0,0,.28)"; draw2d.fillRect(a, top, x(each.setup_end) - a, tall); }
    draw2d.fillStyle = "rgba(228,231,235,.66)";
    for (const [since, until] of each.breaks) draw2d.fillRect(x(since), top, (until - since) * view.scale, tall);
    if (hot && (hot.bar === each || hot.bar.job === each.job)) {
      draw2d.strokeStyle = "#111"; draw2d.lineWidth = hot.bar === each ? 2.5 : 1.2; draw2d.strokeRect(a, top, width, tall);
    }
    if (width > 30) {
      draw2d.save();
      draw2d.beginPath(); draw2d.rect(Math.max(a, LEFT), top, b - Math.max(a, LEFT) - 2, tall); draw2d.clip();
      const isPale = each.breaks.some(([, until]) => until > each.start) || (!each.is_late && data.pale.includes(jobs.get(each.job).colour));
      draw2d.fillStyle = isPale ? "#1f2933" : "#fff";
      draw2d.fillText(each.name, Math.max(a, LEFT) + 4, top + tall / 2 + 4);
      draw2d.restore();
    }
  }
  function paint() {
    const ratio = window.devicePixelRatio || 1, wide = stage.clientWidth, tall = stage.clientHeight;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
      canvas.width = Math.round(wide * ratio); canvas.height = Math.round(tall * ratio);
      canvas.style.width = `${wide}px`; canvas.style.height = `${tall}px`;
    }
    draw2d.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw2d.font = "12px 'Noto Sans','Noto Sans CJK SC',sans-serif";
    draw2d.fillStyle = "#fff"; draw2d.fillRect(0, 0, wide, tall);
    draw2d.save();
    draw2d.beginPath(); draw2d.rect(0, TOP, wide, tall - TOP); draw2d.clip();
    const until = view.start + (wide - LEFT) / view.scale, size = stepOf(), middle = new Map();
    for (const line of shown) {
      const y = TOP + line.y - view.top;
      if (line.head !== undefined) {
        draw2d.fillStyle = "#f5f7fa"; draw2d.fillRect(0, y, wide, HEAD - 2);
        continue;
      }
      const rowTall = line.row.lanes * LANE;
      for (const each of line.bars) middle.set(each.operation, y + each.lane * LANE + LANE / 2);
      if (y > tall || y + rowTall < TOP) continue;
      draw2d.save();
      draw2d.beginPath(); draw2d.rect(LEFT, TOP, wide - LEFT, tall); draw2d.clip();
      draw2d.fillStyle = "#e4e7eb";
      for (const [a, b] of line.row.gaps) if (b > view.start && a < until) draw2d.fillRect(x(a), y, (b - a) * view.scale, rowTall);
      for (const each of line.bars) if (each.end >= view.start && each.changeover_start <= until) bar(each, y);
      draw2d.restore();
      draw2d.strokeStyle = "#eef1f4"; draw2d.lineWidth = 1;
      draw2d.beginPath(); draw2d.moveTo(0, y + rowTall + 2); draw2d.lineTo(wide, y + rowTall + 2); draw2d.stroke();
    }
    draw2d.save();
    draw2d.beginPath(); draw2d.rect(LEFT, TOP, wide - LEFT, tall); draw2d.clip();
    if (by("arrows").checked) arrows(middle, until);
    draw2d.restore();
    draw2d.restore();
    labels(wide, tall);
    ticks(wide, tall, until, size);
  }
  function labels(wide, tall) {
    draw2d.save();
    draw2d.beginPath(); draw2d.rect(0, TOP, LEFT - 6, tall); draw2d.clip();
    for (const line of shown) {
      const y = TOP + line.y - view.top;
      if (y > tall || y < -200) continue;
      if (line.head !== undefined) { draw2d.font = "600 12px 'Noto Sans','Noto Sans CJK SC',sans-serif"; draw2d.fillStyle = "#1f2933"; draw2d.fillText(line.head, 14, y + 15); continue; }
      draw2d.font = "12px 'Noto Sans','Noto Sans CJK SC',sans-serif"; draw2d.fillStyle = "#3e4c59";
      draw2d.fillText(line.row.name, 26, y + (line.row.lanes * LANE) / 2 + 4);
    }
    draw2d.restore();
  }
  function ticks(wide, tall, until, size) {
    draw2d.fillStyle = "#fff"; draw2d.fillRect(0, 0, wide, TOP);
    draw2d.fillStyle = "#52606d"; draw2d.font = "11px 'Noto Sans','Noto Sans CJK SC',sans-serif"; draw2d.textAlign = "center";
    for (let moment = Math.ceil(view.start / size) * size; moment <= until; moment += size) {
      const place = x(moment);
      if (place < LEFT) continue;
      draw2d.strokeStyle = "rgba(82,96,109,.18)"; draw2d.beginPath(); draw2d.moveTo(place, TOP - 6); draw2d.lineTo(place, tall); draw2d.stroke();
      draw2d.fillText(at(moment, true), place, TOP - 12);
    }
    draw2d.textAlign = "left";
    if (origin === null) draw2d.fillText(data.unit === "min" ? "min" : "s", 14, TOP - 12);
  }
  // With many arrows only those of the job under the pointer are drawn.
  function arrows(middle, until) {
    const many = data.arrows.length > 300;
    draw2d.lineWidth = 1;
    for (const each of data.arrows) {
      if (each.end < view.start || each.start > until || !middle.has(each.before) || !middle.has(each.after)) continue;
      const isHot = hot && hot.bar.job === each.job;
      if (many && !isHot) continue;
      const y1 = middle.get(each.before), y2 = middle.get(each.after), a = x(each.start), b = x(each.arrival), c = Math.max(x(each.end), b);
      draw2d.strokeStyle = draw2d.fillStyle = isHot ? "#111" : "rgba(82,96,109,.55)";
      draw2d.beginPath(); draw2d.moveTo(a, y1); draw2d.lineTo(b, y2); draw2d.lineTo(c, y2); draw2d.stroke();
      draw2d.beginPath(); draw2d.moveTo(c, y2); draw2d.lineTo(c - 6, y2 - 3); draw2d.lineTo(c - 6, y2 + 3); draw2d.fill();
    }
  }
  function find(px, py) {
    if (px < LEFT || py < TOP) return null;
    const y = py - TOP + view.top, moment = view.start + (px - LEFT) / view.scale, near = 2 / view.scale;
    for (const line of shown) {
      if (line.head !== undefined || y < line.y || y > line.y + line.row.lanes * LANE) continue;
      const lane = Math.floor((y - line.y) / LANE);
      const found = line.bars.find((each) => each.lane === lane && each.start - near <= moment && moment < each.end + near);
      return found ? { bar: found, row: line.row } : null;
    }
    return null;
  }
  function details(px, py) {
    tip.hidden = !hot;
    if (!hot) return;
    const { bar: each, row } = hot, job = jobs.get(each.job);
    const lines = [[say("job"), job.name], [say("machine"), `${row.factory_name} · ${row.name}`], [say("from"), at(each.start)]];
    if (each.setup_end > each.start) lines.push([say("setup"), `→ ${at(each.setup_end)}`]);
    lines.push([say("to"), at(each.end)]);
    if (each.changeover) lines.push([say("change"), `${each.changeover} ${data.unit}`]);
    if (job.due !== null) lines.push([say("due"), at(job.due)]);
    if (job.lateness > 0) lines.push([say("lateBy"), `${job.lateness.toLocaleString("en")} ${data.unit}`]);
    if (each.cost) lines.push([say("cost"), each.cost.toLocaleString("en", { maximumFractionDigits: 2 })]);
    tip.replaceChildren();
    tip.append(Object.assign(document.createElement("b"), { textContent: each.name }));
    for (const [name, value] of lines) tip.append(Object.assign(document.createElement("div"), { textContent: `${name}: ${value}` }));
    tip.style.left = `${Math.min(px + 16, stage.clientWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(py + 16, stage.clientHeight - tip.offsetHeight - 8)}px`;
  }
  let waiting = false;
  function refresh() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }
  function zoom(factor, px) {
    const moment = view.start + (px - LEFT) / view.scale;
    view.scale *= factor;
    clamp();
    view.start = moment - (px - LEFT) / view.scale;
    clamp();
    refresh();
  }
  function translate() {
    document.documentElement.lang = language === "en" ? "en" : "zh-Hans";
    document.querySelectorAll("[data-t]").forEach((each) => { each.textContent = say(each.dataset.t); });
    by("lang").textContent = say("other");
    by("filter").placeholder = say("hint");
    const late = data.jobs.filter((job) => job.lateness > 0).length;
    by("facts").textContent = [[data.bars.length, "ops"], [data.jobs.length, "jobs"], [late, "lateJobs"]]
      .map(([count, key]) => `${count.toLocaleString("en")} ${say(key)}`).join(" · ");
    const looks = [["run", data.colours[0]], ["setup", "#004f7d"], ["late", data.late], ["gap", "#cbd2d9"],
      ["change", "repeating-linear-gradient(135deg,#3e4c59 0 2px,#fff 2px 5px)"]];
    by("legend").replaceChildren(...looks.map(([key, look]) => {
      const item = document.createElement("li"), sample = document.createElement("i");
      sample.style.background = look;
      item.append(sample, say(key));
      return item;
    }));
  }
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) zoom(Math.exp(-event.deltaY / 300), event.offsetX);
    else if (event.shiftKey) { view.start += event.deltaY / view.scale; clamp(); refresh(); }
    else if (height > canvas.clientHeight - TOP) { view.top += event.deltaY; view.start += event.deltaX / view.scale; clamp(); refresh(); }
    else zoom(Math.exp(-event.deltaY / 300), event.offsetX);
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => { drag = { px: event.clientX, py: event.clientY }; stage.classList.add("drag"); stage.setPointerCapture(event.pointerId); });
  stage.addEventListener("pointerup", () => { drag = null; stage.classList.remove("drag"); });
  stage.addEventListener("pointerleave", () => { hot = null; tip.hidden = true; refresh(); });
  stage.addEventListener("pointermove", (event) => {
    const box = stage.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    if (drag) {
      view.start -= (event.clientX - drag.px) / view.scale; view.top -= event.clientY - drag.py;
      drag = { px: event.clientX, py: event.clientY };
      clamp();
    } else hot = find(px, py);
    details(px, py);
    refresh();
  });
  stage.addEventListener("dblclick", (event) => zoom(2, event.offsetX));
  stage.addEventListener("keydown", (event) => {
    const width = (canvas.clientWidth - LEFT) / view.scale, middle = LEFT + (canvas.clientWidth - LEFT) / 2;
    const acts = {
      ArrowLeft: () => { view.start -= width / 10; }, ArrowRight: () => { view.start += width / 10; },
      ArrowUp: () => { view.top -= 60; }, ArrowDown: () => { view.top += 60; },
      "+": () => zoom(1.3, middle), "=": () => zoom(1.3, middle), "-": () => zoom(1 / 1.3, middle), "0": whole,
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
    clamp();
    refresh();
  });
  const centre = () => LEFT + (canvas.clientWidth - LEFT) / 2;
  by("in").addEventListener("click", () => zoom(1.5, centre()));
  by("out").addEventListener("click", () => zoom(1 / 1.5, centre()));
  by("all").addEventListener("click", () => { whole(); refresh(); });
  by("lang").addEventListener("click", () => { language = language === "en" ? "zh" : "en"; translate(); refresh(); });
  for (const id of ["filter", "late", "arrows"]) by(id).addEventListener("input", () => { layout(); refresh(); });
  new ResizeObserver(() => { clamp(); refresh(); }).observe(stage);
  translate();
  paint();
  layout();
  whole();
  paint();
})();
