/* The map: colours by figure and side, what is under the pointer or the keyboard, zoom, tables. */
(() => {
  const source = document.getElementById("map-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const svg = document.getElementById("map-picture");
  const info = document.getElementById("map-info");
  const state = { measure: "delay", side: "before", chosen: null };
  const full = svg.getAttribute("viewBox").split(" ").map(Number);
  let view = [...full];
  const items = [];

  for (const path of svg.querySelectorAll("[data-street]")) {
    const [name, start, end, before, after] = data.streets[Number(path.dataset.street)];
    const middle = path.getPointAtLength(path.getTotalLength() / 2);
    items.push({ element: path, street: true, name, start, end, before, after, x: middle.x, y: middle.y,
                 width: Number(path.getAttribute("stroke-width")) });
  }
  for (const circle of svg.querySelectorAll("[data-place]")) {
    const [name, before, after] = data.places[Number(circle.dataset.place)];
    items.push({ element: circle, street: false, name, before, after,
                 x: circle.cx.baseVal.value, y: circle.cy.baseVal.value });
  }

  function title(item) {
    if (!item.street) return item.name;
    const name = item.name || told.text("map.unnamed", {});
    const key = item.start && item.end ? "name" : item.start ? "from" : item.end ? "to" : "alone";
    return told.text("map.street_" + key, { name, start: item.start, end: item.end });
  }

  function value(item, side, index) {
    const before = item.before[index], after = item.after ? item.after[index] : null;
    if (side === "before") return before;
    if (side === "after") return after;
    return before === null || after === null ? null : after - before;
  }

  const indexOf = () => data.measures.indexOf(state.measure);
  const bounds = (item) => data[state.side === "difference" ? "changes" : "breaks"][state.measure][item.street ? 0 : 1];

  /* Class of a value: 0..5 from little to much; of a change 0..6 from much less to much more, 3 is none. */
  function classOf(found, limits) {
    if (state.side !== "difference") return limits.filter((limit) => found > limit).length;
    const size = limits.filter((limit) => Math.abs(found) >= limit).length;
    return found < 0 ? 3 - size : 3 + size;
  }

  function paint() {
    const index = indexOf(), change = state.side === "difference";
    for (const item of items) {
      const found = value(item, state.side, index);
      const level = found === null ? null : classOf(found, bounds(item));
      const colour = level === null ? "var(--none)" : `var(--${change ? "div" : "seq"}-${level})`;
      const weight = level === null ? 0 : change ? Math.abs(level - 3) / 3 : level / 5;
      if (item.street) {
        item.element.style.stroke = colour;
        item.element.style.strokeWidth = (item.width * (0.75 + 0.75 * weight)).toFixed(1);
      } else {
        item.element.style.fill = colour;
        item.element.style.r = (7 + 6 * weight).toFixed(1) + "px";
      }
    }
    legend();
    describe(state.chosen);
  }

  function legend() {
    const change = state.side === "difference";
    const [onStreets, onPlaces, digits] = data.units[state.measure];
    document.getElementById("map-what").textContent = told.text("map." + state.measure, {});
    const kinds = [[data[change ? "changes" : "breaks"][state.measure][0], onStreets, "map.streets_table"],
                   [data[change ? "changes" : "breaks"][state.measure][1], onPlaces, "map.places_table"]];
    const same = JSON.stringify(kinds[0].slice(0, 2)) === JSON.stringify(kinds[1].slice(0, 2));
    const shown = same ? kinds.slice(0, 1) : kinds;
    const table = document.createElement("table");
    const head = table.insertRow();
    head.insertCell();
    for (const [, unit, key] of shown) {
      head.insertCell().textContent = (same ? "" : told.text(key, {}) + ", ") + told.text(unit, {});
    }
    const levels = change ? 7 : 6;
    for (let level = 0; level < levels; level++) {
      const row = table.insertRow();
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      swatch.style.background = `var(--${change ? "div" : "seq"}-${level})`;
      row.insertCell().append(swatch);
      for (const [limits] of shown) row.insertCell().textContent = range(limits, level, digits, change);
    }
    const none = table.insertRow(), swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = "var(--none)";
    none.insertCell().append(swatch);
    none.insertCell().textContent = told.text("map.no_data", {});
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = told.text("map." + state.measure + "_text", {});
    document.getElementById("map-legend").replaceChildren(note, table);
  }

  function range(limits, level, digits, change) {
    const exact = (n) => {
      let needed = digits;
      while (needed < 4 && Math.abs(Number(n.toFixed(needed)) - n) > 1e-9 * Math.max(1, Math.abs(n))) needed++;
      return told.number(n, Number.isInteger(n) ? 0 : needed, change);
    };
    if (!change) {
      if (level === 0) return "≤ " + exact(limits[0]);
      if (level === limits.length) return "> " + exact(limits[level - 1]);
      return exact(limits[level - 1]) + " – " + exact(limits[level]);
    }
    const [a, b, c] = limits;
    const low = [-Infinity, -c, -b, -a, a, b, c][level], high = [-c, -b, -a, a, b, c, Infinity][level];
    if (low === -Infinity) return "≤ " + exact(high);
    if (high === Infinity) return "≥ " + exact(low);
    return exact(low) + " … " + exact(high);
  }

  function cell(row, text, kind) {
    const made = document.createElement(kind || "td");
    made.textContent = text;
    if (!kind) made.className = "number";
    row.append(made);
  }

  function sides(item) { return item.after ? ["before", "after", "difference"] : ["before"]; }

  function describe(item) {
    const pointer = svg.querySelector(".pointer");
    if (!item) {
      info.textContent = told.text("map.place_hint", {});
      pointer.replaceChildren();
      return;
    }
    const head = document.createElement("b");
    head.textContent = title(item);
    const table = document.createElement("table"), top = table.insertRow();
    cell(top, "", "th");
    for (const side of sides(item)) cell(top, told.text("side." + side, {}), "th");
    data.measures.forEach((measure, index) => {
      const [onStreets, onPlaces, digits] = data.units[measure], row = table.insertRow();
      cell(row, told.text("map." + measure, {}) + ", " + told.text(item.street ? onStreets : onPlaces, {}), "th");
      for (const side of sides(item)) {
        cell(row, told.number(value(item, side, index), digits, side === "difference"));
      }
    });
    info.replaceChildren(head, table);
    const mark = item.element.cloneNode(false);
    mark.removeAttribute("style");
    mark.removeAttribute("data-street");
    mark.removeAttribute("data-place");
    if (!item.street) mark.setAttribute("r", "16");
    pointer.replaceChildren(mark);
  }

  function choose(item) { state.chosen = item; describe(item); }

  function tables() {
    for (const street of [false, true]) {
      const table = document.getElementById(street ? "map-streets" : "map-places");
      const own = items.filter((item) => item.street === street && (item.before[0] !== null || item.before[2] !== null));
      const head = document.createElement("thead"), row = head.insertRow();
      cell(row, told.text(street ? "map.column_street" : "map.column_place", {}), "th");
      for (const measure of data.measures) {
        const unit = told.text(data.units[measure][street ? 0 : 1], {});
        for (const side of own.length ? sides(own[0]) : []) {
          cell(row, told.text("map." + measure, {}) + ", " + unit + ": " + told.text("side." + side, {}), "th");
          row.lastChild.className = "number";
        }
      }
      const body = document.createElement("tbody");
      for (const item of own) {
        const line = body.insertRow();
        cell(line, title(item), "th");
        data.measures.forEach((measure, index) => {
          for (const side of sides(item)) {
            cell(line, told.number(value(item, side, index), data.units[measure][2], side === "difference"));
          }
        });
      }
      table.replaceChildren(head, body);
    }
  }

  /* Zoom and shift by the viewBox. */
  function look(next) {
    const wide = Math.min(full[2], Math.max(full[2] / 12, next[2])), high = wide * full[3] / full[2];
    const x = Math.min(full[2] - wide, Math.max(0, next[0])), y = Math.min(full[3] - high, Math.max(0, next[1]));
    view = [x, y, wide, high];
    svg.setAttribute("viewBox", view.map((n) => n.toFixed(1)).join(" "));
    svg.classList.toggle("zoomed", wide < full[2] - 1);
  }
  function zoom(factor, x, y) {
    const wide = view[2] / factor, high = view[3] / factor;
    look([x - (x - view[0]) / factor, y - (y - view[1]) / factor, wide, high]);
  }
  function spot(event) {
    const box = svg.getBoundingClientRect();
    const scale = Math.max(view[2] / box.width, view[3] / box.height);
    const left = box.left + (box.width - view[2] / scale) / 2, top = box.top + (box.height - view[3] / scale) / 2;
    return [view[0] + (event.clientX - left) * scale, view[1] + (event.clientY - top) * scale, scale];
  }
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const middle = state.chosen ? [state.chosen.x, state.chosen.y] : [view[0] + view[2] / 2, view[1] + view[3] / 2];
      if (button.dataset.zoom === "all") look(full); else zoom(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6, ...middle);
    });
  }
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const [x, y] = spot(event);
    zoom(event.deltaY < 0 ? 1.25 : 0.8, x, y);
  }, { passive: false });
  let held = null;
  svg.addEventListener("pointerdown", (event) => { if (view[2] < full[2] - 1) held = [event.clientX, event.clientY]; });
  window.addEventListener("pointerup", () => { held = null; });
  svg.addEventListener("pointermove", (event) => {
    if (held) {
      const scale = spot(event)[2];
      look([view[0] - (event.clientX - held[0]) * scale, view[1] - (event.clientY - held[1]) * scale, view[2], view[3]]);
      held = [event.clientX, event.clientY];
      return;
    }
    const item = items.find((one) => one.element === event.target);
    if (item && item !== state.chosen) choose(item);
  });
  svg.addEventListener("click", (event) => choose(items.find((one) => one.element === event.target) || null));

  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { choose(null); return; }
    if (event.key === "+" || event.key === "=") { zoom(1.6, ...(state.chosen ? [state.chosen.x, state.chosen.y] : [full[2] / 2, full[3] / 2])); return; }
    if (event.key === "-") { zoom(1 / 1.6, full[2] / 2, full[3] / 2); return; }
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    const from = state.chosen || { x: full[2] / 2, y: full[3] / 2 };
    let best = null, least = Infinity;
    for (const item of items) {
      const dx = item.x - from.x, dy = item.y - from.y, along = dx * way[0] + dy * way[1], far = Math.hypot(dx, dy);
      if (item === state.chosen || along <= 0.35 * far || far < 0.5) continue;
      const cost = 2 * far - along;
      if (cost < least) { least = cost; best = item; }
    }
    if (best) choose(best);
  });

  for (const kind of ["measure", "side"]) {
    for (const box of document.querySelectorAll(`input[name="map-${kind}"]`)) {
      if (box.checked) state[kind] = box.value;
      box.addEventListener("change", () => { state[kind] = box.value; paint(); });
    }
  }
  const both = () => { paint(); tables(); };
  told.onChange(both);
  both();
})();
