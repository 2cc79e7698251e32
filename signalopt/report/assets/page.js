/* Language, colours, print, the figure of the sweep. */
(() => {
  const language = document.getElementById("language"), theme = document.getElementById("theme");
  language.addEventListener("change", () => told.speak(language.value));
  theme.addEventListener("change", () => {
    if (theme.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
    document.dispatchEvent(new Event("themechange"));
  });
  told.onChange(() => {
    for (const option of theme.options) option.textContent = told.text("page.theme_" + option.value, {});
  });
  document.getElementById("print").addEventListener("click", () => window.print());
  const opened = [];
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("#head details, #movements details")) {
      if (!details.open) { details.open = true; opened.push(details); }
    }
  });
  window.addEventListener("afterprint", () => { while (opened.length) opened.pop().open = false; });

  const boxes = [...document.querySelectorAll('input[name="sweep-measure"]')];
  function sweep() {
    const chosen = boxes.find((box) => box.checked);
    for (const figure of document.querySelectorAll("[data-sweep]")) figure.hidden = figure.dataset.sweep !== chosen.value;
  }
  for (const box of boxes) box.addEventListener("change", sweep);
  if (boxes.length) sweep();
})();
