import { call } from "./api.js";
import { byId, el, time } from "./dom.js";
import { duration, moment, number } from "./format.js";

const States = {
  claimed: ["Being sent", "Somebody is sending it at this moment."],
  due: ["Due", "It did not land, and will be sent again."],
  ambiguous: ["May have landed", "The last attempt told nothing; a read-back will tell."],
  sent: ["Sent", "PartnerStack took it; a read-back has still to prove it."],
  verified: ["Verified", "A read-back has proved it."],
  dead: ["Dead letter", "It was given up; a person must judge."],
  fallback: ["Left to the Customer API", "It is no conversion: whatever comes for this customer is forwarded."],
};

let key = null;
let shown = "";

export function watchSearch(look) {
  byId("search").addEventListener("submit", event => {
    event.preventDefault();
    key = byId("customer-key").value;
    look();
  });
}

export function forgetSearch() {
  key = null;
  shown = "";
  byId("customer-key").value = "";
  byId("life").replaceChildren();
}

// A customer who has been looked up is followed until another one is.
export async function readLife(signal) {
  return key === null ? null : { key, answer: await call(`conversions/${encodeURIComponent(key)}`, { signal }) };
}

export function showLife(found, overview) {
  if (found === null || found.key !== key) {
    return;
  }

  const { answer } = found;
  const next = JSON.stringify([found.key, answer.status, answer.body]);
  if (next !== shown) {
    shown = next;
    byId("life").replaceChildren(...(answer.ok ? describe(answer.body, new Date(overview.now)) : [el("p", { class: "nobody" }, answer.error)]));
  }
}

function describe(life, now) {
  const [name, meaning] = States[life.state] ?? [life.state, ""];
  return [
    el("p", { class: `standing ${life.state}` }, el("b", {}, name), " ", el("span", { class: "note" }, meaning)),
    el("ol", { class: "steps" }, ...steps(life, now)),
    el("dl", { class: "facts" }, ...facts(life).flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])),
  ];
}

function steps(life, now) {
  const at = text => text ? new Date(text) : null;
  const list = [
    ["Clicked", at(life.clicked_at), "time not known"],
    ["Claimed", at(life.claimed_at), ""],
    ...(life.sent_at || isOpen(life) ? [["Sent", at(life.sent_at), "not yet"]] : []),
    ...(life.verified_at || isOpen(life) ? [["Verified", at(life.verified_at), "not yet"]] : []),
    ...(life.state === "dead" ? [["Given up", at(life.dead_at), "", "given-up"]] : []),
  ];
  return list.map(([name, date, missing, tone = "done"], position) => {
    const former = list.slice(0, position).map(step => step[1]).findLast(earlier => earlier);
    const after = date && former && name !== "Claimed" ? later((date - former) / 1000) : "";
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
    ["Click", el("code", {}, life.xid)],
    ["Caller", life.caller],
    ["Attempts", number(life.attempts)],
    ["Read-backs", number(life.read_backs)],
    ...(life.resends > 0 ? [["Sent again", number(life.resends)]] : []),
    ...(life.reason ? [["Reason", life.reason]] : []),
    ...(life.customer_ref ? [["In the log", el("code", {}, life.customer_ref)]] : []),
    ["Trace", el("code", {}, life.trace_id)],
  ].filter(([, value]) => value !== "");
}
