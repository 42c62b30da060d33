// Forms: the error summary gets the focus, a double send is stopped, leaving with unsaved words asks first.
export function startForms() {
  document.querySelector("[data-focus]")?.focus();
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    let isChanged = Boolean(document.querySelector("[data-focus]"));
    form.addEventListener("input", () => { isChanged = true; });
    form.addEventListener("submit", () => { isChanged = false; });
    window.addEventListener("beforeunload", (event) => {
      if (isChanged) event.preventDefault();
    });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
}
