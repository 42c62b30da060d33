// Ctrl-K: search over everything the person may see.
const dialog = document.getElementById("palette");
const list = document.getElementById("palette-list");
let hits = [];
let chosen = 0;
let asked = null;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function choose(index) {
  hits[chosen]?.classList.remove("is-on");
  hits[chosen]?.setAttribute("aria-selected", "false");
  chosen = (index + hits.length) % (hits.length || 1);
  const hit = hits[chosen];
  if (!hit) return;
  hit.classList.add("is-on");
  hit.setAttribute("aria-selected", "true");
  hit.scrollIntoView({ block: "nearest" });
  dialog.querySelector("input").setAttribute("aria-activedescendant", hit.id);
}

function show(answer) {
  list.replaceChildren();
  hits = [];
  for (const group of answer.groups) {
    list.append(element("div", "palette-group", group.name));
    for (const hit of group.hits) {
      const link = element("a", "palette-hit");
      link.href = hit.url;
      link.id = `palette-hit-${hits.length}`;
      link.setAttribute("role", "option");
      link.append(element("span", "", hit.label), element("small", "", hit.detail));
      hits.push(link);
      list.append(link);
    }
  }
  if (!hits.length) list.append(element("p", "palette-note", answer.query ? dialog.dataset.none : dialog.dataset.hint));
  choose(0);
}

async function ask(text) {
  asked?.abort();
  if (!text.trim()) return show({ query: "", groups: [] });
  asked = new AbortController();
  try {
    const query = new URLSearchParams({ q: text, format: "json" });
    const response = await fetch(`${dialog.dataset.url}?${query}`, { signal: asked.signal });
    if (response.ok) show(await response.json());
  } catch (error) {
    if (error.name !== "AbortError") show({ query: text, groups: [] });
  }
}

function open(text = "") {
  if (dialog.open) return;
  const input = dialog.querySelector("input");
  input.value = text;
  dialog.showModal();
  input.focus();
  ask(text);
}

export function startPalette() {
  if (!dialog) return;
  const input = dialog.querySelector("input");
  let timer = 0;
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !isTyping)) {
      event.preventDefault();
      open();
    }
  });
  document.querySelector("[data-palette-open] input")?.addEventListener("input", (event) => {
    const text = event.target.value;
    event.target.value = "";
    open(text);
  });
  document.querySelector("[data-palette-open]")?.addEventListener("click", () => open());
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(input.value), 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && hits[chosen]) location.href = hits[chosen].href;
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
