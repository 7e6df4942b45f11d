import { call } from "./api.js";
import { byId, el, short, time } from "./dom.js";
import { duration, moment, number } from "./format.js";

const States = {
  held: ["Held", "No click is known yet: it is looked for again, and the Customer API gets the original request if none comes."],
  claimed: ["Being sent", "Somebody is sending it at this moment."],
  due: ["Due", "It did not land, and will be sent again."],
  ambiguous: ["May have landed", "The last attempt told nothing; a read-back will tell."],
  sent: ["Sent", "PartnerStack took it; a read-back has still to prove it."],
  verified: ["Verified", "A read-back has proved it."],
  dead: ["Dead letter", "It was given up; a person must judge."],
  fallback: ["Left to the Customer API", "It is no conversion: whatever comes for this customer is forwarded."],
};

// The path below admin/ of whoever is looked at.
let path = null;
let shown = "";
let look = () => { };

export function watchSearch(run) {
  look = run;
  byId("search").addEventListener("submit", event => {
    event.preventDefault();
    path = `conversions/${encodeURIComponent(byId("customer-key").value)}`;
    look();
  });
}

// By the name in the log, or the reference of a dead letter: neither tells the customer_key.
export function openLife(name) {
  path = `customers/${encodeURIComponent(name)}`;
  byId("customer-key").value = "";
  byId("search-title").scrollIntoView({ block: "nearest" });
  byId("search-title").focus();
  look();
}

export function forgetSearch() {
  path = null;
  shown = "";
  byId("customer-key").value = "";
  byId("life").replaceChildren();
}

// A customer who has been looked up is followed until another one is.
export async function readLife(signal) {
  return path === null ? null : { path, answer: await call(path, { signal }) };
}

export function showLife(found, overview) {
  if (found === null || found.path !== path) {
    return;
  }

  const { answer } = found;
  const next = JSON.stringify([found.path, answer.status, answer.body]);
  if (next !== shown) {
    shown = next;
    const now = new Date(overview.now);
    byId("life").replaceChildren(...(answer.ok ? describe(answer.body, now) : explain(answer, now)), ...decisions(answer.body?.decisions ?? [], now));
  }
}

// The ledger does not know them. Their calls may be remembered; or they may be among those whose body was not read.
function explain(answer, now) {
  const unread = answer.body?.unread ?? [];
  return [
    el("p", { class: "nobody" }, answer.error),
    ...(unread.length === 0 ? [] : [
      el("h3", {}, "Perhaps one of these: creations whose customer was not read"),
      el("ul", { class: "decisions" }, ...unread.map(one => el("li", {},
        el("b", {}, one.reason), ` ${number(one.count)}\u00d7, last `, time(moment(new Date(one.last_at), now), new Date(one.last_at)), sentences(one)))),
    ]),
  ];
}

// Why calls of this customer became no conversion.
const decisions = (list, now) => list.length === 0 ? [] : [
  el("h3", {}, "Why not converted: the last calls that this replica remembers"),
  el("ul", { class: "decisions" }, ...list.map(decision => {
    const at = new Date(decision.at);
    return el("li", {},
      el("b", {}, [decision.outcome, decision.reason].filter(word => word).join(": ")), " ", time(moment(at, now), at), sentences(decision),
      decision.answer_text ? el("span", { class: "said" }, `PartnerStack answered ${[decision.upstream_status, decision.answer_text].filter(text => text).join(": ")}`) : "",
      el("span", { class: "note" }, `the app got ${decision.status}, trace `, short(decision.trace_id, "Trace")));
  })),
];

const sentences = ({ meaning, remedy }) => el("span", { class: "note" }, [meaning, remedy].filter(text => text).join(" "));

function describe(life, now) {
  const [name, meaning] = States[life.state] ?? [life.state, ""];
  return [
    el("p", { class: `standing ${life.state}` }, el("b", {}, name), " ", el("span", { class: "note" }, meaning)),
    el("ol", { class: "steps" }, ...steps(life, now)),
    ...kept(life.kept_calls, now),
    el("dl", { class: "facts" }, ...facts(life).flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])),
  ];
}

// Calls that came before PartnerStack shows the customer.
const kept = (calls, now) => calls.length === 0 ? [] : [
  el("h3", {}, "Kept calls: played in this order once PartnerStack shows the customer"),
  el("ul", { class: "decisions" }, ...calls.map(call => {
    const at = new Date(call.kept_at);
    return el("li", {}, el("b", {}, `${call.method} ${call.route}`), " ", time(moment(at, now), at), el("span", { class: "note" }, "trace ", short(call.trace_id, "Trace")));
  })),
];

function steps(life, now) {
  const at = text => text ? new Date(text) : null;
  const list = [
    ["Clicked", at(life.clicked_at), "time not known"],
    [life.state === "held" ? "Reported" : "Claimed", at(life.claimed_at), ""],
    ...(life.sent_at || isOpen(life) ? [["Sent", at(life.sent_at), "not yet"]] : []),
    ...(life.verified_at || isOpen(life) ? [["Verified", at(life.verified_at), "not yet"]] : []),
    ...(life.state === "dead" ? [["Given up", at(life.dead_at), "", "given-up"]] : []),
  ];
  return list.map(([name, date, missing, tone = "done"], position) => {
    const former = list.slice(0, position).map(step => step[1]).findLast(earlier => earlier);
    const after = date && former && name !== "Claimed" && name !== "Reported" ? later((date - former) / 1000) : "";
    return el("li", { class: date || name === "Clicked" ? tone : "open" },
      el("span", { class: "name" }, name),
      date ? time(moment(date, now), date) : el("span", { class: "note" }, missing),
      after && el("span", { class: "note" }, after));
  });
}

// Whether there is something to come.
const isOpen = life => life.state !== "dead" && life.state !== "fallback";

const later = seconds => seconds < 0.05 ? "at once" : `${seconds < 10 ? `${seconds.toFixed(1)}\u00a0s` : duration(seconds)} later`;

function facts(life) {
  return [
    ["Click", life.xid ? el("code", {}, life.xid) : "none yet"],
    ["Caller", life.caller],
    ["Attempts", number(life.attempts)],
    ["Read-backs", number(life.read_backs)],
    ...(life.resends > 0 ? [["Sent again", number(life.resends)]] : []),
    ...(life.reason ? [["Reason", el("span", {}, life.reason, life.meaning ? sentences(life) : "")]] : []),
    ...(life.answer_status ? [["Answer", [life.answer_status, life.answer_text].filter(text => text).join(": ")]] : []),
    ...(life.customer_ref ? [["In the log", short(life.customer_ref, "Name")]] : []),
    ["Trace", short(life.trace_id, "Trace")],
  ].filter(([, value]) => value !== "");
}
