"use strict";
/* Texts and numbers in the chosen language; the same rules as in report/words.py and report/told.py. */
const told = (() => {
  const texts = JSON.parse(document.getElementById("words-data").textContent);
  const NO_BREAK = "\u00a0", MINUS = "\u2212";
  const marks = { en: [",", "."], ru: [NO_BREAK, ","], kk: [NO_BREAK, ","] };
  let language = document.documentElement.lang;

  function number(value, digits, signed) {
    if (value === null || value === undefined) return "–";
    const [thousands, point] = marks[language];
    const plain = Math.abs(value).toFixed(digits);
    let [whole, rest] = plain.split(".");
    if (Math.abs(value) >= 10000) whole = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
    const shown = rest ? whole + point + rest : whole;
    if (Number(plain) === 0) return shown;
    return (value < 0 ? MINUS : signed ? "+" : "") + shown;
  }

  function filling(value) {
    if (Array.isArray(value)) return number(value[0], value[1], value[2]);
    if (value !== null && typeof value === "object") return text(value.w, value.a);
    return String(value);
  }

  function text(key, filled) {
    const found = texts[language][key];
    if (found === undefined) throw new Error("no text for " + key);
    return found.replace(/\{(\w+)\}/g, (_, name) => filling(filled[name]));
  }

  function stored(element, name) {
    const value = element.getAttribute(name);
    return value ? JSON.parse(value) : {};
  }

  function tellAll() {
    for (const e of document.querySelectorAll("[data-w]")) e.textContent = text(e.dataset.w, stored(e, "data-a"));
    for (const e of document.querySelectorAll("[data-l]"))
      e.setAttribute("aria-label", text(e.dataset.l, stored(e, "data-la")));
    for (const e of document.querySelectorAll("[data-n]"))
      e.textContent = number(Number(e.dataset.n), Number(e.dataset.d), e.dataset.s === "1");
  }

  const listeners = [];
  return {
    number, text,
    onChange(listener) { listeners.push(listener); },
    speak(chosen) {
      language = chosen;
      document.documentElement.lang = chosen;
      tellAll();
      document.title = document.querySelector("h1").textContent + " · " + text("page.eyebrow", {});
      for (const listener of listeners) listener();
    },
  };
})();
