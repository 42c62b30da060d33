// Lists: ticking rows shows what can be done with them.
export function startTables(scope = document) {
  scope.querySelectorAll?.("form.list-body").forEach((form) => {
    const bar = form.querySelector("[data-bulk]");
    if (!bar || form.dataset.ready) return;
    form.dataset.ready = "1";
    const all = form.querySelector("[data-tick-all]");
    const words = form.querySelector("[data-bulk-count]");
    const ticks = [...form.querySelectorAll("input[name=pk]")];
    const tell = () => {
      const count = ticks.filter((tick) => tick.checked).length;
      bar.hidden = count === 0;
      words.textContent = words.dataset.words.replace("{n}", String(count));
      all.checked = count === ticks.length;
      all.indeterminate = count > 0 && count < ticks.length;
    };
    all.addEventListener("change", () => {
      ticks.forEach((tick) => { tick.checked = all.checked; });
      tell();
    });
    form.addEventListener("change", tell);
    tell();
  });
}
