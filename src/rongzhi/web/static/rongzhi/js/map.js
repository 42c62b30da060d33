// The reading line under the map: what the tile under the pointer or the focus does today.
const line = document.querySelector("[data-reading]");
const rest = line?.textContent ?? "";

function read(tile) {
  const name = document.createElement("b");
  const tip = tile.querySelector("[id^='tip-']");
  name.textContent = `${tile.querySelector(".tile-number").textContent} ${tile.querySelector(".tile-name").textContent}`;
  line.replaceChildren(name, document.createTextNode(tip.textContent));
}

if (line) {
  document.querySelectorAll("[data-tile]").forEach((tile) => {
    tile.addEventListener("pointerenter", () => read(tile));
    tile.addEventListener("focus", () => read(tile));
  });
  document.querySelector(".map").addEventListener("pointerleave", () => { line.textContent = rest; });
}
