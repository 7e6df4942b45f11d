import { byId, cell, el, row, setText, short, table, time } from "./dom.js";
import { clock, duration, milliseconds } from "./format.js";
import { openLife } from "./life.js";
import { shade } from "./outcomes.js";

const Most = 40;

// What these took is how long somebody waited; what others have as ElapsedMs is something else.
const Waited = ["RequestHandled", "DeliveryAttempted"];

// One that cannot be read any more has neither.
const call = e => [e.Method, e.Route].filter(part => part).join(" ");

// Each event in a word, what there is to add, and a colour. One that is not here is shown by its name.
const Kinds = {
  RequestHandled: e => [e.Outcome, [e.WouldBe && `would be ${e.WouldBe}`, e.Reason, e.Outcome === "passthrough" ? `${e.Method} ${e.Route}` : null, e.Status === 200 ? null : e.Status], shade(e.Outcome)],
  DeliveryAttempted: e => ["attempt", [`no. ${e.Attempt}`, e.Result, e.Status ?? e.Error], "o-unavailable"],
  ConversionSent: e => ["sent", [e.Inline ? "inline" : "in the background", `${e.Attempts} ${e.Attempts === 1 ? "attempt" : "attempts"}`], "o-converted"],
  ConversionVerified: e => ["verified", [e.Reason, `${duration(e.AgeMs / 1000)} after the claim`], "o-converted"],
  ConversionPhantom: e => ["phantom", ["taken, but it never landed; it is sent again"], "o-rejected"],
  ConversionDead: e => ["dead", [e.Reason, e.Status ?? e.Error], "o-unavailable"],
  ConversionReplayed: e => ["replayed", [`by ${e.By}`, e.Reason && `was ${e.Reason}`], "o-converted"],
  ConversionDiscarded: e => ["discarded", [`by ${e.By}`, e.Reason && `was ${e.Reason}`], "o-rejected"],
  HoldEnded: e => e.Result === "click_found"
    ? ["click came", [`after ${duration(e.AgeMs / 1000)}`], "o-converted"]
    : ["handed over", [e.Reason, e.Status && `answered ${e.Status}`, `after ${duration(e.AgeMs / 1000)}`], "o-fallback"],
  CallKept: e => ["call kept", [call(e), e.Reason], "o-queued"],
  CallPlayed: e => ["call played", [call(e), e.Status, `kept for ${duration(e.AgeMs / 1000)}`], "o-converted"],
  CallDead: e => ["call dead", [call(e), e.Reason, e.Status], "o-unavailable"],
  CallReplayed: e => ["call replayed", [`by ${e.By}`, call(e), `was ${e.Reason}`], "o-converted"],
  CallDiscarded: e => ["call discarded", [`by ${e.By}`, call(e), `was ${e.Reason}`], "o-rejected"],
  ClickChanged: e => ["click", [e.Change, `by ${e.By}`], "o-converted"],
  ClicksImported: e => ["clicks imported", [`by ${e.By}`, `${e.Written} written of ${e.Read}`, e.Bad > 0 && `${e.Bad} cannot be used`], e.Bad > 0 ? "o-queued" : "o-converted"],
  ClicksRefused: e => ["clicks refused", [e.Reason, `${e.Count} times`], "o-rejected"],
  Alert: e => ["alert", [e.Alert, e.Detail], "o-unavailable"],
  Started: e => ["started", [e.Version.split("+")[0], `Redis ${e.RedisVersion ?? "does not answer yet"}`, e.Anonymous ? "any caller" : `callers ${e.Callers}`], "o-converted"],
  SettingWarning: e => ["setting", [`${e.Setting} ${e.Cause}`, e.Remedy], "o-queued"],
  RolloutChanged: e => ["rollout", [`${e.From} → ${e.To}`, e.By && `by ${e.By}`, e.Followed ? "through another replica" : null], "o-queued"],
  LogEventsDropped: e => ["log lines lost", [`${e.Count}, ${e.Total} in all`], "o-unavailable"],
  Diagnostic: e => ["diagnostic", [e.SourceContext, e["@mt"]], "o-other"],
  Degraded: e => [e.Over ? "well again" : "degraded", [e.Part, e.Reason, e.Over ? null : e.Detail, e.Over ? `after ${duration(e.ElapsedMs / 1000)}` : null], e.Over ? "o-converted" : "o-queued"],
};

// Each event's row by what the event says.
const rows = new Map();

// On a telephone the first few are enough until somebody asks for more.
export function watchEvents() {
  byId("more-events").addEventListener("click", () => byId("events").classList.add("all"));
}

export function showEvents(answer) {
  // An attempt that went well says nothing that the event after it does not say.
  const events = answer.body.events.filter(event => event.Event !== "DeliveryAttempted" || event.Result !== "sent").slice(0, Most);
  setText(byId("events-note"), events.length === 0 ? "No data: nothing has happened since the shim started." : "");
  if (events.length > 0) {
    place(new Map(events.map(event => [JSON.stringify(event), event])));
  }
}

export function forgetEvents() {
  rows.clear();
  byId("events").classList.remove("all");
  byId("events").replaceChildren();
}

// Rows stay where they are while newer ones come: whoever has tabbed to one stays on it.
function place(events) {
  const holder = byId("events");
  if (!holder.firstChild) {
    holder.append(table("Last events, newest first", [["Time", ""], ["Event", ""], ["Customer", ""], ["Click", ""], ["Took", "figure"]], []));
  }

  for (const [text, row] of rows) {
    if (!events.has(text)) {
      row.remove();
      rows.delete(text);
    }
  }

  const body = holder.querySelector("tbody");
  let next = null;
  for (const [text, event] of [...events].reverse()) {
    const row = rows.get(text) ?? describe(event);
    if (row.parentNode === null || row.nextSibling !== next) {
      body.insertBefore(row, next);
    }

    rows.set(text, row);
    next = row;
  }
}

function describe(event) {
  const [name, details, tone] = Kinds[event.Event]?.(event) ?? [event.Event, [], "o-other"];
  const at = new Date(event["@t"]);
  return row(
    cell("when", time(clock(at), at)),
    cell("why", el("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), el("b", {}, name), " ",
      el("span", { class: "note" }, details.filter(detail => detail).join(", "))),
    cell("who", event.CustomerRef ? short(event.CustomerRef, "Life of customer", { open: () => openLife(event.CustomerRef) }) : ""),
    cell("what", event.Xid ? el("code", { title: event.Xid }, event.Xid) : ""),
    cell("figure", Waited.includes(event.Event) ? milliseconds(event.ElapsedMs) : ""));
}
