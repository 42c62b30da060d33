// The frame's small behaviours: theme, drawer, menus, confirmations, tree memory, printing.
import { startForms } from "./forms.js";
import { startPalette } from "./palette.js";
import { startTables } from "./tables.js";

const root = document.documentElement;
const YEAR = 31536000;

function on(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const found = event.target instanceof Element ? event.target.closest(selector) : null;
    if (found) handle(event, found);
  });
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function startTheme() {
  on("click", "[data-theme-toggle]", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    document.cookie = `rongzhi_theme=${root.dataset.theme};path=/;max-age=${YEAR};samesite=lax`;
    document.dispatchEvent(new CustomEvent("rongzhi:theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (!root.dataset.theme) document.dispatchEvent(new CustomEvent("rongzhi:theme"));
  });
}

function setDrawer(isOpen) {
  root.toggleAttribute("data-drawer", isOpen);
  document.querySelectorAll(".drawer-open").forEach((b) => b.setAttribute("aria-expanded", String(isOpen)));
  if (isOpen) document.querySelector("#tree a")?.focus();
  else document.querySelector(".drawer-open")?.focus();
}

function startDrawer() {
  on("click", "[data-drawer-toggle]", () => setDrawer(!root.hasAttribute("data-drawer")));
}

function startTree() {
  const key = "rongzhi:floors";
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(key) ?? "{}"); } catch { kept = {}; }
  document.querySelectorAll("[data-floor]").forEach((floor) => {
    const number = floor.dataset.floor;
    if (number in kept && !floor.querySelector("[aria-current]")) floor.open = kept[number];
    floor.addEventListener("toggle", () => {
      kept[number] = floor.open;
      try { localStorage.setItem(key, JSON.stringify(kept)); } catch { /* private window: nothing is remembered */ }
    });
  });
  const here = document.querySelector("#tree [aria-current=page]") ?? document.querySelector("#tree [aria-current]");
  const tree = document.getElementById("tree");
  if (here && tree && here.offsetTop > tree.clientHeight - 80) tree.scrollTop = here.offsetTop - tree.clientHeight / 2;
}

function startMenus() {
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (root.hasAttribute("data-drawer")) setDrawer(false);
    const open = [...document.querySelectorAll("details.menu[open]")].at(-1);
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  document.addEventListener("toggle", (event) => {
    if (event.newState === "open" && event.target.matches?.(".help-panel")) placeHelp(event.target);
  }, true);
}

function placeHelp(panel) {
  const mark = document.querySelector(`[popovertarget="${panel.id}"]`).getBoundingClientRect();
  const left = Math.min(mark.left - 16, innerWidth - panel.offsetWidth - 8);
  const isBelow = mark.bottom + panel.offsetHeight + 8 < innerHeight;
  panel.style.margin = "0";
  panel.style.left = `${Math.max(8, left)}px`;
  panel.style.top = `${isBelow ? mark.bottom + 4 : Math.max(8, mark.top - panel.offsetHeight - 4)}px`;
}

function startConfirm() {
  const dialog = document.getElementById("confirm");
  on("click", "[data-confirm]", (event, button) => {
    if (button.dataset.confirmed) return;
    event.preventDefault();
    dialog.querySelector("p").textContent = button.dataset.confirm;
    dialog.showModal();
    dialog.onclick = (click) => {
      const answer = click.target.closest("button")?.value;
      if (!answer) return;
      dialog.close();
      if (answer === "yes") {
        button.dataset.confirmed = "1";
        button.click();
        delete button.dataset.confirmed;
      }
    };
  });
}

async function startCharts(scope = document) {
  if (!scope.querySelector("[data-chart]")) return;
  const { draw } = await import("./charts.js");
  scope.querySelectorAll("[data-chart]").forEach(draw);
}

startTheme();
startDrawer();
startTree();
startMenus();
startConfirm();
startPalette();
startForms();
startTables();
startCharts();
on("click", "[data-print]", () => print());
document.addEventListener("htmx:afterSwap", (event) => {
  startTables(event.detail.elt);
  startCharts(event.detail.elt.parentElement ?? document);
});
