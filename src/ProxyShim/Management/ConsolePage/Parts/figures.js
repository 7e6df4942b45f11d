import { byId, el, setText } from "./dom.js";
import { count, duration, milliseconds, number, percent } from "./format.js";
import { total } from "./outcomes.js";

// label, value, what is behind it; a value that is null is not known.
const hour = overview => {
  const { hit = 0, miss = 0 } = overview.look_ups;
  const { sent = 0, verified = 0, phantom = 0, dead = 0 } = overview.conversions;
  const latency = overview.latency;
  return [
    ["Requests", total(overview.outcomes) > 0 ? number(total(overview.outcomes)) : null, count(overview.outcomes.converted ?? 0, "converted", "converted")],
    ["Click hit rate", hit + miss > 0 ? percent(hit, hit + miss) : null, `${number(hit)} of ${number(hit + miss)} look-ups`],
    ["Answer time, median", latency && milliseconds(latency.p50_ms), latency && `p95 ${milliseconds(latency.p95_ms)}, p99 ${milliseconds(latency.p99_ms)}`],
    ["Verified", sent + verified + phantom + dead > 0 ? number(verified) : null, `${number(sent)} sent, ${count(phantom, "phantom", "phantoms")}, ${number(dead)} dead`],
  ];
};

const ledger = overview => {
  const depths = overview.ledger;
  const overdue = depths?.oldest_due_seconds ?? 0;
  const dead = (depths?.dead ?? 0) + (depths?.dead_calls ?? 0);
  return [
    ["Due", depths && number(depths.due), depths?.held > 0 ? `of ${number(depths.held)} more the click is looked for` : overdue >= 1 ? `oldest ${duration(overdue)} overdue` : "none overdue"],
    ["Unverified", depths && number(depths.unverified), depths?.with_calls > 0 ? `to be read back; calls of ${number(depths.with_calls)} wait` : "to be read back"],
    ["Dead letters", depths && number(dead), dead > 0 ? "a person must judge" : "none to judge", dead > 0 ? "trouble" : null],
  ];
};

export function showFigures(overview) {
  show(byId("hour"), hour(overview));
  show(byId("ledger"), ledger(overview));
}

function show(list, figures) {
  if (list.childElementCount === 0) {
    list.append(...figures.map(([label]) => el("div", {}, el("dt", {}, label), el("dd", {}), el("dd", { class: "note" }))));
  }

  figures.forEach(([, value, note, tone], position) => {
    const [, shown, small] = list.children[position].children;
    setText(shown, value ?? "no data");
    shown.className = value === null || value === undefined ? "none" : tone ?? "";
    setText(small, value === null || value === undefined ? "" : note ?? "");
  });
}
