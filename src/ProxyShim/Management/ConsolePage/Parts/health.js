import { byId, el, setText } from "./dom.js";
import { ago, moment } from "./format.js";

const Parts = {
  redis: "Redis",
  redis_user: "Redis user",
  customer_api: "Customer API",
  key_pair: "Key pair",
  callers: "Callers",
  clicks: "Clicks",
  conversions: "Conversions",
  capacity: "Capacity",
  conversion_api: "Conversion API",
  conversion_api_token: "Conversion API's token",
  read_back: "Read-back",
  environment: "Environment",
  queue: "Queue",
  log: "Log",
};

// Which parts are in trouble, and since when. Answers what is worth saying aloud: a change.
export function showHealth(overview, before) {
  const now = new Date(overview.now);
  const { degraded } = overview;
  setText(byId("build"), [overview.version.split("+")[0], `mode ${overview.mode}`, overview.test ? "test environment" : "live environment"].join(" · "));
  setText(byId("state"), degraded.length === 0 ? `${overview.state}, nothing degraded` : `${overview.state}, ${degraded.length} degraded`);
  byId("state").className = `open-only ${degraded.length > 0 || overview.state !== "ready" ? "trouble" : "well"}`;
  byId("degraded").hidden = degraded.length === 0;
  byId("degraded-list").replaceChildren(...degraded.map(part => {
    const since = new Date(part.since);
    return el("li", {},
      el("b", {}, Parts[part.part] ?? part.part), `: ${part.reason.replaceAll("_", " ")}${part.detail ? ` (${part.detail})` : ""}, since ${moment(since, now)} (${ago(since, now)})`,
      part.action ? el("span", { class: "remedy" }, part.action) : "");
  }));

  const names = list => list.map(part => part.part);
  const began = before ? degraded.filter(part => !names(before.degraded).includes(part.part)) : degraded;
  const ended = before ? before.degraded.filter(part => !names(degraded).includes(part.part)) : [];
  return [
    ...began.map(part => `${Parts[part.part] ?? part.part} is degraded: ${part.reason.replaceAll("_", " ")}.`),
    ...ended.map(part => `${Parts[part.part] ?? part.part} is well again.`),
  ];
}
