import { call } from "./api.js";
import { confirm } from "./confirm.js";
import { byId, setText } from "./dom.js";
import { ago, count, moment, number } from "./format.js";

let shown = null;

export const readRollout = signal => call("rollout", { signal });

// act(work) runs an action, says what came of it, and looks again.
export function watchRollout(act) {
  byId("rollout-form").addEventListener("submit", async event => {
    event.preventDefault();
    const wish = { mode: byId("rollout-mode").value, percent: Number(byId("rollout-percent").value) };
    if (await confirm(`${sentence({ ...shown, ...wish })}?`, question(wish), "Change")) {
      await act(() => change("PUT", wish));
    }
  });
  byId("rollout-mode").addEventListener("change", showPercent);
  byId("rollout-back").addEventListener("click", async () => {
    if (await confirm("Back to the settings?", `All replicas follow within five seconds. Their settings say: ${shown.settings}.`, "Back to the settings")) {
      await act(() => change("DELETE"));
    }
  });
}

export function showRollout(answer, overview) {
  if (!answer.ok) {
    setText(byId("rollout-now"), answer.error);
    return;
  }

  const isNew = JSON.stringify(answer.body) !== JSON.stringify(shown);
  shown = answer.body;
  const now = new Date(overview.now);
  setText(byId("rollout-now"), `${sentence(shown)}.`);
  setText(byId("rollout-source"), source(shown, now));
  setText(byId("rollout-would"), would(overview.shadowed));
  byId("rollout-back").hidden = shown.source !== "runtime";

  // What somebody is just choosing stays chosen.
  if (isNew) {
    byId("rollout-mode").value = shown.mode;
    byId("rollout-percent").value = shown.percent;
    showPercent();
  }
}

export const forgetRollout = () => { shown = null; };

const showPercent = () => { byId("rollout-percent").disabled = byId("rollout-mode").value !== "Live"; };

async function change(method, body) {
  const answer = await call("rollout", { method, body });
  return answer.ok ? `${sentence(answer.body)}. All replicas follow within five seconds.` : answer.error;
}

function sentence({ mode, percent, partners, callers }) {
  if (mode === "Off") {
    return "Off: every call passes through";
  }

  if (mode === "Shadow") {
    return "Shadow: nobody is converted, and the log says what would have been";
  }

  const some = [partners.length > 0 ? `of partners ${partners.join(", ")}` : "", callers.length > 0 ? `of callers ${callers.join(", ")}` : ""].filter(text => text);
  return `Live for ${[percent === 100 ? "all customers" : `${percent} % of the customers`, ...some].join(" ")}`;
}

// Of the calls that were only looked at.
function would(shadowed) {
  const all = Object.values(shadowed).reduce((sum, value) => sum + value, 0);
  const converted = shadowed.converted ?? 0;
  return all === 0 ? ""
    : `Last 60 minutes, this replica: of ${count(all, "call that was", "calls that were")} only looked at, ${number(converted)} would have become a conversion and ${number(all - converted)} would not. `
      + "What stood in their way says proxyshim report --shadow, and the events below.";
}

const question = ({ mode }) => mode === "Live"
  ? "All replicas follow within five seconds. Who is converted from then on stays converted; everybody else is looked at as in the shadow."
  : "All replicas follow within five seconds. Who was converted before is still delivered and read back.";

function source({ source, changed_at, changed_by, settings }, now) {
  const at = changed_at ? new Date(changed_at) : null;
  const when = at ? `by ${changed_by}, ${moment(at, now)} (${ago(at, now)})` : "";
  return source === "runtime" ? `Set for all replicas ${when}. The settings say: ${settings}.`
    : at ? `From the settings: taken back ${when}.` : "From the settings. Nobody has changed it since.";
}
