// What the pictures of a plan share: language, theme, fetching, downloads, keeping size.
import * as echarts from "../../../vendor/echarts/dist/echarts.esm.min.mjs";
import { PALETTE } from "../charts.js";

export { echarts };

export const english = document.documentElement.lang.startsWith("en");
export const t = (zh, en) => (english ? en : zh);

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Colours that stay apart for colour-blind eyes, without the red kept for late work.
export const palette = [...PALETTE, "#3d7a7a", "#8a63b0"];

export function theme() {
  return {
    text: style("--ink"), muted: style("--ink-3"), line: style("--rule-2"), ground: style("--ground"),
    shade: style("--ground-3"), accent: style("--accent"), warn: style("--warn"), late: style("--bad-fill"),
  };
}

const number = new Intl.NumberFormat(english ? "en" : "zh-CN", { maximumFractionDigits: 1 });
export const amount = (value) => number.format(value);

export function moment(ms, zone) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }).formatToParts(ms).map((part) => [part.type, part.value]),
  );
  const weekday = new Intl.DateTimeFormat(english ? "en" : "zh-CN", { timeZone: zone, weekday: "short" }).format(ms);
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute} ${weekday}`;
}

export function duration(ms) {
  const minutes = Math.round(Math.abs(ms) / 60000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const words = [];
  if (days) words.push(t(`${days} 天`, `${days} d`));
  if (hours) words.push(t(`${hours} 小时`, `${hours} h`));
  if (rest || !words.length) words.push(t(`${rest} 分`, `${rest} min`));
  return words.join(" ");
}

export const escape = (text) =>
  String(text ?? "").replace(/[&<>"']/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[sign]);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// Fetches JSON, telling in the place of the picture what went wrong.
export async function load(box, url) {
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new Error(problem.detail || problem.title || `HTTP ${answer.status}`);
    }
    return await answer.json();
  } catch (error) {
    const again = element("button", { type: "button", class: "button", onclick: () => location.reload() }, t("重试", "Try again"));
    box.replaceChildren(element("p", { class: "island-note", role: "alert" }, t("图形无法载入：", "The picture could not be loaded: "), error.message, " "), again);
    return null;
  } finally {
    box.removeAttribute("aria-busy");
  }
}

// Makes a chart in a box that follows its size and the theme; `draw` returns the option.
export function picture(box, draw) {
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const redraw = () => chart.setOption(draw(theme()), { replaceMerge: ["series"] });
  new ResizeObserver(() => chart.resize()).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  redraw();
  return { chart, redraw };
}

export function save(chart, name) {
  const link = element("a", { href: chart.getDataURL({ pixelRatio: 2, backgroundColor: theme().ground }), download: `${name}.png` });
  link.click();
}

export const pngButton = (chart, name) =>
  element("button", { type: "button", class: "button button-small", onclick: () => save(chart(), name) }, "PNG");
