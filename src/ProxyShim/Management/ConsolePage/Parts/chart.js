import { byId, cell, el, row, setText, svg, table } from "./dom.js";
import { count, milliseconds, minute as clock, number } from "./format.js";
import { inOrder, shade, total } from "./outcomes.js";

const Minutes = 60;
const FewestMinutes = 10;
const Minute = 60_000;
const Left = 52;
const Right = 4;

let shown = null;
let drawn = "";

// Two charts over the same hour: what became of the requests, and how long they took.
export function showCharts(overview) {
  shown = overview;
  legend(overview);
  draw();
}

export function watchCharts() {
  new ResizeObserver(() => shown && draw()).observe(byId("requests"));
  byId("minutes").addEventListener("toggle", () => shown && fillTable());
}

function draw() {
  const width = Math.floor(byId("requests").getBoundingClientRect().width);
  const last = Math.floor(new Date(shown.now).getTime() / Minute);
  const begun = Math.floor(new Date(shown.since).getTime() / Minute);
  const key = JSON.stringify([width, last, shown.since, shown.minutes]);
  if (width === 0 || key === drawn) {
    return;
  }

  const minutes = new Map(shown.minutes.map(minute => [Math.floor(new Date(minute.at).getTime() / Minute), minute]));
  // Of the time before its start the shim knows nothing: in its first hour the axis begins there, and grows.
  const first = Math.max(last - Minutes + 1, Math.min(begun, last));
  const span = Array.from({ length: Math.max(last - first + 1, FewestMinutes) }, (_, position) => first + position);
  const hour = span.map(number => ({ ...minutes.get(number), at: new Date(number * Minute) }));
  drawRequests(byId("requests"), hour, width);
  drawLatency(byId("latency"), hour, width);
  fillTable();
  drawn = key;
}

function drawRequests(picture, hour, width) {
  const height = 176;
  const area = { top: 8, bottom: height - 22, left: Left, right: width - Right };
  const most = Math.max(0, ...hour.map(minute => total(minute.outcomes ?? {})));
  const scale = scaleTo(most, true);
  const y = value => area.bottom - (area.bottom - area.top) * value / scale.top;
  const step = (area.right - area.left) / hour.length;
  const parts = [...grid(most === 0 ? [0] : scale.ticks, y, area, most === 0 ? nothing : number), ...hours(hour, step, area)];

  hour.forEach((minute, position) => {
    if (!minute.outcomes) {
      return;
    }

    let base = 0;
    const bars = inOrder(minute.outcomes).map(name => {
      const [low, high] = [y(base), y(base += minute.outcomes[name])];
      // A hairline between two parts of a bar, however close their colours are to somebody's eye.
      const size = Math.max(1, low - high - (low - high > 3 ? 1 : 0));
      return svg("rect", { class: shade(name), x: area.left + position * step + step * 0.12, y: low - size, width: step * 0.76, height: size });
    });
    parts.push(svg("g", {}, svg("title", {}, describe(minute)), ...bars,
      svg("rect", { class: "hit", x: area.left + position * step, y: area.top, width: step, height: area.bottom - area.top })));
  });

  const all = hour.reduce((sum, minute) => sum + total(minute.outcomes ?? {}), 0);
  const when = hour.length < Minutes ? `since the start at ${clock(new Date(shown.since))}` : "in the last 60 minutes";
  setText(byId("requests-summary"), all === 0
    ? `No data: no request ${when}.`
    : `${count(all, "request", "requests")} ${when}, at most ${number(most)} in one minute. The table below has the figures.`);
  finish(picture, parts, all === 0, area, width, height, `no data: no request ${when}`);
}

function drawLatency(picture, hour, width) {
  const height = 84;
  const area = { top: 8, bottom: height - 8, left: Left, right: width - Right };
  const empty = hour.every(minute => typeof minute.p50_ms !== "number");
  const scale = scaleTo(Math.max(0, ...hour.map(minute => minute.p95_ms ?? 0)), false);
  const y = value => area.bottom - (area.bottom - area.top) * value / scale.top;
  const step = (area.right - area.left) / hour.length;
  const x = position => area.left + (position + 0.5) * step;
  const parts = grid(empty ? [0] : [0, scale.top], y, area, empty ? nothing : tick);
  for (const percentile of ["p95", "p50"]) {
    const points = hour.map((minute, position) => ({ position, value: minute[`${percentile}_ms`] })).filter(point => typeof point.value === "number");
    points.forEach((point, place) => {
      // Only neighbours are joined: nothing is known of a minute without requests.
      const former = points[place - 1];
      if (former?.position === point.position - 1) {
        parts.push(svg("line", { class: percentile, x1: x(former.position), y1: y(former.value), x2: x(point.position), y2: y(point.value) }));
      }

      parts.push(svg("circle", { class: percentile, cx: x(point.position), cy: y(point.value), r: 2 }));
    });
  }

  finish(picture, parts, empty, area, width, height, "no data");
}

function finish(picture, parts, empty, area, width, height, text) {
  if (empty) {
    parts.push(svg("text", { class: "none", x: (area.left + area.right) / 2, y: (area.top + area.bottom) / 2 + 4, "text-anchor": "middle" }, text));
  }

  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.replaceChildren(...parts);
}

// An axis without data has no figures.
const nothing = () => "";

// A round number of milliseconds or seconds, without digits that say nothing.
const tick = value => value === 0 ? "0" : value < 1000 ? `${Number(value.toPrecision(3))}\u00a0ms` : `${Number((value / 1000).toPrecision(3))}\u00a0s`;

const grid = (ticks, y, area, label) => ticks.flatMap(value => [
  svg("line", { class: value === 0 ? "axis" : "grid", x1: area.left, x2: area.right, y1: y(value), y2: y(value) }),
  svg("text", { x: area.left - 8, y: y(value) + 4, "text-anchor": "end" }, label(value)),
]);

// As often as there is room for; the first of a new shim is its start.
function hours(hour, step, area) {
  const every = [1, 2, 5, 10, 20].find(minutes => minutes * step >= 64) ?? 60;
  const isNew = hour[0].at.getTime() + Minute > new Date(shown.since).getTime() && hour[0].at.getTime() <= new Date(shown.since).getTime();
  const start = isNew ? [svg("text", { x: area.left, y: area.bottom + 17 }, `start ${clock(hour[0].at)}`)] : [];
  const free = isNew ? 110 : 24;
  return [...start, ...hour.flatMap((minute, position) => {
    const x = area.left + (position + 0.5) * step;
    return minute.at.getMinutes() % every !== 0 || x - area.left < free || x > area.right - 18 ? [] : [
      svg("line", { class: "axis", x1: x, x2: x, y1: area.bottom, y2: area.bottom + 4 }),
      svg("text", { x, y: area.bottom + 17, "text-anchor": "middle" }, clock(minute.at)),
    ];
  })];
}

// Steps of 1, 2 or 5 times a power of ten: three of them, or a few more.
function scaleTo(most, whole) {
  const raw = Math.max(most, whole ? 1 : 0.1) / 3;
  const power = 10 ** Math.floor(Math.log10(raw));
  const nice = [1, 2, 5, 10].find(factor => factor * power >= raw) * power;
  const step = whole ? Math.max(1, nice) : nice;
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  return { top: step * steps, ticks: Array.from({ length: steps + 1 }, (_, position) => position * step) };
}

function describe(minute) {
  const parts = inOrder(minute.outcomes).map(name => `${number(minute.outcomes[name])} ${name}`);
  const latency = typeof minute.p95_ms === "number" ? `; median ${milliseconds(minute.p50_ms)}, p95 ${milliseconds(minute.p95_ms)}` : "";
  return `${clock(minute.at)}: ${parts.join(", ")}${latency}`;
}

function legend(overview) {
  const names = inOrder({ converted: 0, ...overview.outcomes });
  byId("legend").replaceChildren(...names.map(name => el("li", {},
    el("span", { class: `swatch ${shade(name)}`, "aria-hidden": "true" }), name, " ", el("b", {}, number(overview.outcomes[name] ?? 0)))));
}

// The charts' figures for those who do not see them, newest first; only while it is open.
function fillTable() {
  const place = byId("minutes-table");
  if (!byId("minutes").open) {
    place.replaceChildren();
    return;
  }

  const names = inOrder(shown.outcomes);
  place.replaceChildren(shown.minutes.length === 0 ? el("p", { class: "note" }, "No data.") : table(
    "Requests per minute",
    [["Minute", ""], ...names.map(name => [name, "figure"]), ["median", "figure"], ["p95", "figure"]],
    shown.minutes.toReversed().map(minute => row(
      cell("", clock(new Date(minute.at))),
      ...names.map(name => cell("figure", number(minute.outcomes[name] ?? 0))),
      cell("figure", milliseconds(minute.p50_ms)),
      cell("figure", milliseconds(minute.p95_ms))))));
}
