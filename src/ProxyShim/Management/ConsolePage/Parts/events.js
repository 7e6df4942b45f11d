import { byId, cell, el, row, setText, table, time } from "./dom.js";
import { clock, duration, milliseconds } from "./format.js";
import { shade } from "./outcomes.js";

const Most = 40;

// Each event in a word, what there is to add, and a colour. One that is not here is shown by its name.
const Kinds = {
  RequestHandled: e => [e.Outcome, [e.Reason, e.Outcome === "passthrough" ? `${e.Method} ${e.Route}` : null, e.Status === 200 ? null : e.Status], shade(e.Outcome)],
  DeliveryAttempted: e => ["attempt", [`no. ${e.Attempt}`, e.Result, e.Status ?? e.Error], "o-unavailable"],
  ConversionSent: e => ["sent", [e.Inline ? "inline" : "in the background", `${e.Attempts} ${e.Attempts === 1 ? "attempt" : "attempts"}`], "o-converted"],
  ConversionVerified: e => ["verified", [e.Reason, `${duration(e.AgeMs / 1000)} after the claim`], "o-converted"],
  ConversionPhantom: e => ["phantom", ["taken, but it never landed; it is sent again"], "o-rejected"],
  ConversionDead: e => ["dead", [e.Reason, e.Status ?? e.Error], "o-unavailable"],
  Alert: e => ["alert", [e.Alert, e.Detail], "o-unavailable"],
  Degraded: e => [e.Over ? "well again" : "degraded", [e.Part, e.Reason], e.Over ? "o-converted" : "o-queued"],
};

let shown = "";

export function showEvents(answer) {
  // An attempt that went well says nothing that the event after it does not say.
  const events = answer.body.events.filter(event => event.Event !== "DeliveryAttempted" || event.Result !== "sent").slice(0, Most);
  const next = JSON.stringify(events);
  if (next === shown) {
    return;
  }

  shown = next;
  setText(byId("events-note"), events.length === 0 ? "No data: nothing has happened since the shim started." : "");
  byId("events").replaceChildren(...(events.length === 0 ? [] : [table(
    "Last events, newest first",
    [["Time", ""], ["Event", ""], ["Customer in the log", ""], ["Click", ""], ["Took", "figure"]],
    events.map(describe))]));
}

export function forgetEvents() {
  shown = "";
  byId("events").replaceChildren();
}

function describe(event) {
  const [name, details, tone] = Kinds[event.Event]?.(event) ?? [event.Event, [], "o-other"];
  const at = new Date(event["@t"]);
  return row(
    cell("when", time(clock(at), at)),
    cell("why", el("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), el("b", {}, name), " ",
      el("span", { class: "note" }, details.filter(detail => detail !== null && detail !== undefined).join(", "))),
    cell("who", event.CustomerRef ? el("code", {}, event.CustomerRef) : ""),
    cell("what", event.Xid ? el("code", {}, event.Xid) : ""),
    cell("figure", typeof event.ElapsedMs === "number" ? milliseconds(event.ElapsedMs) : ""));
}
