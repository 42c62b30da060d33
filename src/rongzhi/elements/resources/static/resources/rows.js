// Rows of fields: add, remove, move. The order on the page is the order that is saved.

function fill(template, index) {
  const holder = document.createElement("ol");
  holder.innerHTML = template.innerHTML.replaceAll("__i__", String(index));
  return holder.firstElementChild;
}

function focusFirst(row) {
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

for (const rows of document.querySelectorAll("[data-rows]")) {
  const list = rows.querySelector(".rows-list");
  const template = rows.querySelector("template");
  let next = Number(rows.dataset.next);
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const row = button.closest(".rows-row");
    if (button.matches("[data-rows-add]")) {
      list.append(fill(template, next));
      next += 1;
      focusFirst(list.lastElementChild);
    } else if (button.matches("[data-rows-remove]")) {
      const neighbour = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      if (neighbour) focusFirst(neighbour);
      else rows.querySelector("[data-rows-add]").focus();
    } else if (button.matches("[data-rows-up]") && row.previousElementSibling) {
      list.insertBefore(row, row.previousElementSibling);
      button.focus();
    } else if (button.matches("[data-rows-down]") && row.nextElementSibling) {
      list.insertBefore(row.nextElementSibling, row);
      button.focus();
    } else {
      return;
    }
    rows.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
