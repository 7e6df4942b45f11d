import { call } from "./api.js";
import { confirm } from "./confirm.js";
import { byId, cell, el, row, setText, short, table, time } from "./dom.js";
import { ago, count, number } from "./format.js";
import { openLife } from "./life.js";

const Most = 50;

const rows = new Map();
let act = () => { };
let now = new Date();

export const readLetters = signal => call(`dead-letters?limit=${Most}`, { signal });

// act(work) runs an action, says what came of it, and looks again.
export function watchLetters(run) {
  act = run;
  byId("replay-all").addEventListener("click", async () => {
    if (await confirm("Replay all dead letters?", "Each of them is delivered again, as far as its request is still there.", "Replay all")) {
      await act(async () => {
        const answer = await call("dead-letters/replay", { method: "POST" });
        return answer.ok ? `${count(answer.body.replayed, "dead letter", "dead letters")} replayed.` : answer.error;
      });
    }
  });
}

export function showLetters(answer, overview) {
  now = new Date(overview.now);
  if (!answer.ok) {
    setText(byId("letters-note"), answer.error);
    return;
  }

  const letters = [...answer.body.dead_letters, ...answer.body.dead_calls];
  const dead = Math.max(letters.length, (overview.ledger?.dead ?? 0) + (overview.ledger?.dead_calls ?? 0));
  setText(byId("letters-note"), letters.length === 0 ? "None. Nothing was given up." : dead > letters.length
    ? `The ${number(letters.length)} that have been dead longest, of ${number(dead)}.`
    : "");
  byId("replay-all").hidden = answer.body.dead_letters.length < 2;
  place(letters);
}

// Rows are kept while their letter is there: whoever has tabbed to a button stays on it.
function place(letters) {
  const holder = byId("letters");
  if (letters.length === 0) {
    moveFocusFrom([...rows.values()], []);
    rows.clear();
    holder.replaceChildren();
    return;
  }

  if (!holder.firstChild) {
    holder.append(table("Dead letters", [["Died", ""], ["Reason", ""], ["What", ""], ["Attempts", "figure"], ["Actions", "actions"]], []));
  }

  const body = holder.querySelector("tbody");
  const gone = [...rows.keys()].filter(ref => !letters.some(letter => letter.ref === ref));
  moveFocusFrom(gone.map(ref => rows.get(ref)), letters.filter(letter => rows.has(letter.ref)).map(letter => rows.get(letter.ref)));
  for (const ref of gone) {
    rows.get(ref).remove();
    rows.delete(ref);
  }

  letters.forEach((letter, position) => {
    const shown = rows.get(letter.ref) ?? make(letter);
    rows.set(letter.ref, shown);
    setText(shown.querySelector("time"), ago(new Date(letter.dead_at), now));
    if (body.children[position] !== shown) {
      body.insertBefore(shown, body.children[position] ?? null);
    }
  });
}

function moveFocusFrom(leaving, staying) {
  if (leaving.some(shown => shown.contains(document.activeElement))) {
    (staying[0]?.querySelector(".actions button:enabled") ?? byId("letters-title")).focus();
  }
}

// What there is to judge by.
const said = letter => letter.answer_status || letter.answer_text
  ? el("span", { class: "said" }, [letter.answer_status ? `PartnerStack answered ${letter.answer_status}` : "PartnerStack said", letter.answer_text].filter(text => text).join(": "))
  : "";

// What the two kinds differ in: a conversion that was given up, and a kept call.
const kindOf = letter => letter.kind === "call"
  ? {
    name: `${letter.method ?? "a call"} ${letter.route ?? "that cannot be read"}`,
    replayed: "will be played when its turn comes",
    discard: "This call will never be played, and whatever it reports stays unreported. This cannot be undone.",
    replayable: letter.route !== null,
  }
  : {
    name: letter.xid,
    replayed: "will be delivered now",
    discard: `The conversion of ${letter.xid} will never be sent, and its customer is left to the Customer API. This cannot be undone.`,
    replayable: letter.replayable,
  };

function make(letter) {
  const { name, replayed, discard: warning, replayable } = kindOf(letter);
  const replay = el("button", { type: "button", "aria-label": `Replay ${name}`, disabled: !replayable }, "Replay");
  replay.addEventListener("click", () => act(async () => {
    const answer = await call(`dead-letters/${letter.ref}/replay`, { method: "POST" });
    return answer.ok ? `${name} is replayed: it ${replayed}.` : answer.error;
  }));

  const discard = el("button", { type: "button", class: "danger", "aria-label": `Discard ${name}` }, "Discard");
  discard.addEventListener("click", async () => {
    const sure = await confirm(
      "Discard this dead letter?", warning, "Discard");
    if (sure) {
      await act(async () => {
        const answer = await call(`dead-letters/${letter.ref}`, { method: "DELETE" });
        return answer.ok ? `${name} is discarded.` : answer.error;
      });
    }
  });

  const life = el("button", { type: "button", class: "link", "aria-label": `Life of ${name}` }, el("code", {}, name));
  life.addEventListener("click", () => openLife(letter.ref.split(":")[0]));

  return row(
    cell("when", time("", new Date(letter.dead_at))),
    cell("why", el("b", {}, letter.reason), el("span", { class: "note" }, letter.meaning ?? "", " ", letter.remedy ?? ""), said(letter),
      replayable ? "" : el("span", { class: "note" }, "It cannot be replayed: its request is gone.")),
    cell("what", life, el("span", { class: "note" }, letter.caller ? `caller ${letter.caller}` : ""), letter.trace_id ? el("span", { class: "note" }, "trace ", short(letter.trace_id, "Trace")) : ""),
    cell("figure", letter.attempts === undefined ? "" : number(letter.attempts)),
    cell("actions", replay, discard));
}
