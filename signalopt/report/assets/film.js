/* The replay: vehicles and stop lines of one or two plans on canvases that run together. */
(() => {
  const source = document.getElementById("film-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const SIZES = { car: [4.6, 1.9], lcv: [6, 2.1], truck: [9, 2.5], bus: [12, 2.6], articulated_bus: [18, 2.6] };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const CALM_STEP_S = 5, STANDING_MPS = 0.5, WHOLE_PX = 1120;
  const play = document.getElementById("film-play"), slider = document.getElementById("film-second");
  const clock = document.getElementById("film-clock"), speed = document.getElementById("film-speed");
  const viewBox = document.getElementById("film-view"), films = document.querySelector(".films");
  const sides = ["before", "after"].filter((side) => data[side]);
  const grounds = {};
  let now = 0, running = false, last = 0, camera = null, colours = {};

  function decode(text) {
    const bytes = atob(text), values = [];
    let value = 0, shift = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes.charCodeAt(i);
      value += (byte & 127) * 2 ** shift;
      shift += 7;
      if (byte < 128) { values.push(value % 2 ? -(value + 1) / 2 : value / 2); value = 0; shift = 0; }
    }
    const points = new Float32Array(values.length);
    for (let i = 0, x = 0, y = 0; i < values.length; i += 2) {
      x += values[i]; y += values[i + 1];
      points[i] = x * data.grain; points[i + 1] = y * data.grain;
    }
    return points;
  }

  function vehicle([kind, first, heading, path]) {
    const points = decode(path), count = points.length / 2, headings = new Float32Array(count);
    let angle = (90 - heading) * Math.PI / 180;
    headings[0] = angle;
    for (let i = 1; i < count; i++) {
      const dx = points[2 * i] - points[2 * i - 2], dy = points[2 * i + 1] - points[2 * i - 1];
      if (dx * dx + dy * dy > 0.6) {
        const next = Math.atan2(dy, dx);
        angle += Math.atan2(Math.sin(next - angle), Math.cos(next - angle));
      }
      headings[i] = angle;
    }
    return { kind, first, last: first + count - 1, points, headings };
  }
  for (const side of sides) data[side].vehicles = data[side].vehicles.map(vehicle);

  const local = ([x, y]) => [x - data.origin[0], y - data.origin[1]];

  /* One intersection: north up, square. The whole avenue: turned so that it lies across the page. */
  function look() {
    const chosen = viewBox.value;
    if (chosen !== "all") {
      const [, x, y, radius] = data.views[Number(chosen)], [cx, cy] = local([x, y]);
      const wide = 600;
      camera = { key: chosen, cx, cy, turn: 0, wide, high: 560, scale: wide / (2 * radius) };
    } else {
      const spots = data.views.map(([, x, y]) => local([x, y])), n = spots.length;
      const mx = spots.reduce((s, p) => s + p[0], 0) / n, my = spots.reduce((s, p) => s + p[1], 0) / n;
      let xx = 0, yy = 0, xy = 0;
      for (const [x, y] of spots) { xx += (x - mx) ** 2; yy += (y - my) ** 2; xy += (x - mx) * (y - my); }
      const turn = n > 1 ? 0.5 * Math.atan2(2 * xy, xx - yy) : 0, c = Math.cos(turn), s = Math.sin(turn);
      const along = spots.map(([x, y]) => (x - mx) * c + (y - my) * s), across = spots.map(([x, y]) => (y - my) * c - (x - mx) * s);
      const half = Math.max(...along.map(Math.abs)) + 150, beside = Math.max(...across.map(Math.abs)) + 130;
      const scale = WHOLE_PX / (2 * half);
      camera = { key: "all", cx: mx, cy: my, turn, wide: WHOLE_PX, high: Math.max(90, 2 * beside * scale), scale };
    }
    films.classList.toggle("wide", camera.key === "all" && camera.high < 0.7 * camera.wide);
  }

  function size(canvas) {
    const sharp = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = camera.wide * sharp;
    canvas.height = camera.high * sharp;
    canvas.style.aspectRatio = camera.wide + " / " + camera.high;
    return sharp;
  }

  function place(context, sharp) {
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.translate(camera.wide / 2, camera.high / 2);
    context.scale(camera.scale, -camera.scale);
    context.rotate(-camera.turn);
    context.translate(-camera.cx, -camera.cy);
  }

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["ground", "road", "road-edge", "zebra", "ink", "car", "lcv", "truck", "bus", "brake", "lamp-green", "lamp-amber", "lamp-red", "soft"]) {
      colours[name] = style.getPropertyValue("--" + name).trim();
    }
  }

  function ground(canvas, sharp) {
    const made = document.createElement("canvas");
    made.width = canvas.width;
    made.height = canvas.height;
    const context = made.getContext("2d");
    place(context, sharp);
    context.lineJoin = "round";
    const trace = (points) => {
      context.beginPath();
      for (let i = 0; i < points.length; i += 2) context.lineTo(points[i] - data.origin[0], points[i + 1] - data.origin[1]);
    };
    /* Lanes twice, the second time a little narrower: what stays between them are the lane marks. */
    for (const [colour, narrower] of [["road-edge", 0], ["road", 0.3]]) {
      for (const [kind, width, points] of data.ground) {
        if (kind !== "lane") continue;
        trace(points);
        context.lineWidth = width - narrower;
        context.strokeStyle = colours[colour];
        context.stroke();
      }
    }
    for (const [kind, width, points] of data.ground) {
      if (kind === "lane") continue;
      trace(points);
      if (kind === "junction") {
        context.closePath();
        context.fillStyle = colours.road;
        context.fill();
      } else {
        context.lineWidth = width;
        context.strokeStyle = colours.zebra;
        context.setLineDash([0.7, 0.8]);
        context.stroke();
        context.setLineDash([]);
      }
    }
    return made;
  }

  function prepare() {
    readColours();
    look();
    for (const side of sides) {
      const canvas = document.getElementById("film-" + side), sharp = size(canvas);
      grounds[side] = { canvas, sharp, picture: ground(canvas, sharp) };
    }
    draw();
  }

  function lamp(letter) {
    if (letter === "G" || letter === "g") return "lamp-green";
    if (letter === "y" || letter === "Y" || letter === "u") return "lamp-amber";
    return letter === "r" || letter === "s" ? "lamp-red" : "soft";
  }

  function drawSignals(context, signals) {
    const least = 2.2 / camera.scale;
    for (const [x, y, dx, dy, offset, letters] of signals) {
      const second = Math.floor(now) + data.begin - offset;
      const colour = lamp(letters[((second % letters.length) + letters.length) % letters.length]);
      const [px, py] = local([x, y]), half = 1.5, thick = Math.max(1.1, least);
      context.fillStyle = context.strokeStyle = colours[colour];
      context.beginPath();
      if (colour === "lamp-green") {  // an arrow head: told from red by its shape too
        const long = Math.max(3.2, 2 * least);
        context.moveTo(px + dy * half, py - dx * half);
        context.lineTo(px - dy * half, py + dx * half);
        context.lineTo(px + dx * long, py + dy * long);
        context.fill();
      } else {
        context.lineWidth = thick;
        context.moveTo(px + dy * half, py - dx * half);
        context.lineTo(px - dy * half, py + dx * half);
        context.stroke();
      }
    }
  }

  function drawVehicles(context, vehicles) {
    const least = 2.4 / camera.scale, second = Math.floor(now), part = calm ? 0 : now - second;
    let shown = 0, standing = 0;
    for (const one of vehicles) {
      if (now < one.first || now > one.last) continue;
      const i = second - one.first, j = Math.min(i + 1, one.last - one.first), p = one.points;
      const dx = p[2 * j] - p[2 * i], dy = p[2 * j + 1] - p[2 * i + 1];
      const x = p[2 * i] + part * dx, y = p[2 * i + 1] + part * dy;
      const angle = one.headings[i] + part * (one.headings[j] - one.headings[i]);
      const [length, width] = SIZES[one.kind], long = Math.max(length, 1.7 * least), wide = Math.max(width, least);
      const stands = Math.hypot(dx, dy) < STANDING_MPS;
      if (camera.key === "all" || Math.max(Math.abs(x - camera.cx), Math.abs(y - camera.cy)) < camera.wide / 2 / camera.scale) {
        shown += 1;
        standing += stands;
      }
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.fillStyle = colours[one.kind === "articulated_bus" ? "bus" : one.kind];
      context.fillRect(-long, -wide / 2, long, wide);
      if (stands) {
        context.fillStyle = colours.brake;
        context.fillRect(-long, -wide / 2, Math.max(0.9, long * 0.2), wide);
      }
      context.restore();
    }
    return [shown, standing];
  }

  function draw() {
    for (const side of sides) {
      const { canvas, sharp, picture } = grounds[side], context = canvas.getContext("2d");
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.drawImage(picture, 0, 0);
      place(context, sharp);
      drawSignals(context, data[side].signals);
      const [count, standing] = drawVehicles(context, data[side].vehicles);
      document.getElementById("film-count-" + side).textContent = told.text("film.standing",
        { side: { w: "side." + side, a: {} }, count: [count, 0, 0], standing: [standing, 0, 0] });
    }
    const at = data.begin + Math.floor(now), two = (n) => String(Math.floor(n)).padStart(2, "0");
    clock.textContent = two(at / 3600 % 24) + ":" + two(at % 3600 / 60) + ":" + two(at % 60);
    slider.value = Math.floor(now);
    slider.setAttribute("aria-valuetext", clock.textContent);
  }

  function frame(time) {
    if (!running) return;
    const passed = Math.max(0, Math.min(0.2, (time - last) / 1000)) * Number(speed.value);
    last = time;
    pending += passed;
    if (!calm || pending >= CALM_STEP_S) {
      now += pending;
      pending = 0;
      if (calm) now = Math.floor(now);
      if (now >= data.length - 1) { now = data.length - 1; toggle(false); }
      draw();
    }
    if (running) window.requestAnimationFrame(frame);
  }
  let pending = 0;

  function toggle(start) {
    running = start;
    play.setAttribute("aria-pressed", String(start));
    play.textContent = told.text(start ? "film.pause" : "film.play", {});
    if (!start) return;
    if (now >= data.length - 1) now = 0;
    last = performance.now();
    window.requestAnimationFrame(frame);
  }

  play.addEventListener("click", () => toggle(!running));
  slider.addEventListener("input", () => { now = Number(slider.value); draw(); });
  viewBox.addEventListener("change", prepare);
  told.onChange(() => {
    play.textContent = told.text(running ? "film.pause" : "film.play", {});
    for (const option of speed.options) option.textContent = told.text("film.times", { number: option.value });
    draw();
  });
  document.addEventListener("themechange", prepare);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", prepare);
  prepare();
})();
