import { Failed, Lost, Refused, call, token } from "./api.js";
import { showCharts, watchCharts } from "./chart.js";
import { byId, setText } from "./dom.js";
import { forgetEvents, showEvents, watchEvents } from "./events.js";
import { showFigures } from "./figures.js";
import { clock, count } from "./format.js";
import { showHealth } from "./health.js";
import { readLetters, showLetters, watchLetters } from "./letters.js";
import { forgetSearch, readLife, showLife, watchSearch } from "./life.js";
import { showPartners } from "./partners.js";
import { forgetRollout, readRollout, showRollout, watchRollout } from "./rollout.js";

const Interval = 2000;

let timer = 0;
let looking = null;
let last = null;
let answeredAt = null;
let isLost = false;

// What came of the act that is being followed by a look; null for none.
let said = null;

// Looks, and looks again two seconds after the answer. A look that is overtaken by another one is dropped.
async function look() {
  clearTimeout(timer);
  looking?.abort();
  looking = new AbortController();
  const { signal } = looking;
  try {
    const answers = await Promise.all([call("overview", { signal }), call("events", { signal }), readLetters(signal), readLife(signal), readRollout(signal)]);
    signal.throwIfAborted();
    show(...answers);
  } catch (error) {
    if (signal.aborted) {
      return;
    }

    if (error instanceof Refused) {
      lock(error.message);
      return;
    }

    lose(error);
  }

  if (!document.hidden) {
    timer = setTimeout(look, Interval);
  }
}

function show(overview, events, letters, life, rollout) {
  if (!overview.ok || !events.ok) {
    throw new Failed((overview.ok ? events : overview).error);
  }

  view("open");
  const news = showHealth(overview.body, last);
  showFigures(overview.body);
  showCharts(overview.body);
  showPartners(overview.body);
  showLetters(letters, overview.body);
  showLife(life, overview.body);
  showEvents(events);
  showRollout(rollout, overview.body);

  const dead = deadOf(overview.body);
  const before = last ? deadOf(last) : 0;
  if (dead > before) {
    news.push(`${count(dead, "dead letter", "dead letters")}.`);
  }

  document.title = dead > 0 ? `${count(dead, "dead letter", "dead letters")} · ProxyShim` : "ProxyShim";
  last = overview.body;
  answeredAt = new Date();
  setText(byId("updated"), `updated ${clock(answeredAt)}`);
  if (isLost) {
    isLost = false;
    setText(byId("banner"), "");
    news.unshift("Connected again.");
  }

  if (news.length > 0) {
    // What came of a person's own act is heard first: the look that follows it must not talk over it.
    setText(byId("announcer"), [said, ...news].filter(text => text).join(" "));
  }
}

function lose(error) {
  if (!(error instanceof Lost || error instanceof Failed)) {
    // A mistake of the page itself: what is shown may be wrong, and must not look as if it were right.
    console.error(error);
  }

  isLost = true;
  const what = error instanceof Lost ? "Connection lost." : error instanceof Failed ? error.message : `The console failed: ${error.message}`;
  setText(byId("banner"), answeredAt
    ? `${what} What is shown is of ${clock(answeredAt)}; asking again every two seconds.`
    : `${what} Asking again every two seconds.`);
}

function lock(message) {
  clearTimeout(timer);
  looking?.abort();
  token.forget();
  last = null;
  answeredAt = null;
  isLost = false;
  forgetEvents();
  forgetSearch();
  forgetRollout();
  document.title = "ProxyShim";
  setText(byId("banner"), "");
  setText(byId("token-error"), message);
  view("locked");
  byId("token").value = "";
  byId("token").focus();
}

// Conversions and kept calls that were given up.
const deadOf = ({ ledger }) => (ledger?.dead ?? 0) + (ledger?.dead_calls ?? 0);

const view = name => { document.documentElement.dataset.view = name; };

async function act(work) {
  try {
    said = await work();
    setText(byId("announcer"), said);
  } catch (error) {
    if (error instanceof Refused) {
      lock(error.message);
      return;
    }

    lose(error);
  }

  await look();
  said = null;
}

function start() {
  if (document.documentElement.dataset.admin === "off") {
    view("off");
    return;
  }

  watchCharts();
  watchLetters(act);
  watchSearch(look);
  watchRollout(act);
  watchEvents();
  byId("forget").addEventListener("click", () => lock(""));
  byId("unlock").addEventListener("submit", event => {
    event.preventDefault();
    setText(byId("token-error"), "");
    token.set(byId("token").value);
    look();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      looking?.abort();
    } else if (token.get() !== null) {
      look();
    }
  });

  if (token.get() === null) {
    byId("token").focus();
  } else {
    look();
  }
}

start();
