// Fills the pictures a page asks for; each is loaded only when the page has one.
const kinds = { gantt: "./gantt.js", load: "./load.js", flowmap: "./flowmap.js" };

async function fill() {
  for (const [kind, file] of Object.entries(kinds)) {
    const boxes = document.querySelectorAll(`[data-${kind}]:not([data-ready])`);
    if (!boxes.length) continue;
    const { draw } = await import(file);
    for (const box of boxes) {
      box.setAttribute("data-ready", "");
      await draw(box);
      box.setAttribute("data-drawn", "");
    }
  }
}

fill();
document.addEventListener("htmx:afterSwap", fill);
