// The step a reader looks at is in the address: reload, back and a second window need no memory of ours.
import { SECOND, find, language, place, post, putReport, watchMall } from "./parts.js";

const REPORT = 10; // looks between two reports without news: each costs the daemon a child
let misses = 0;
let mark = "";
let quiet = 0;
let asking = false;
let news = false;
let before = null; // what the phone showed when a finger pressed a step's button; null: nobody waits for a result

const step = () => document.body.dataset.step;

async function look() {
  const asked = step();
  const awaited = before !== null; // an answer that was asked for before the press tells nothing of its result
  const answer = await fetch(`/tour?lang=${language}&step=${asked}`);
  if (!answer.ok) throw new Error(answer.status);
  const now = await answer.json();
  if (asked !== step()) return; // the reader has gone on meanwhile
  place("card", now.parts.card);
  place("phone", now.parts.phone, { toEnd: true });
  find("clock").textContent = now.clock;
  watchMall(now.running);
  if (now.mark !== mark) owe(now.there);
  if (now.there && awaited) showResult();
  quiet = now.mark === mark ? quiet + 1 : REPORT;
  mark = now.mark;
  if (now.running && quiet >= REPORT) {
    quiet = 0;
    report();
  }
}

// One at a time: an older answer must not come after a newer one. What was told meanwhile is asked for once more.
async function report() {
  news = true;
  if (asking) return;
  asking = true;
  busy(true);
  try {
    while (news) {
      news = false;
      await putReport({ agency: document.body.dataset.agency, brief: true });
    }
    owe(false);
  } catch {
    quiet = REPORT; // the daemon is away: the next look asks again
  }
  asking = false;
  busy(false);
}

function busy(now) {
  find("see-report").setAttribute("aria-busy", now);
  find("anew").hidden = !now;
}

// A step's moment is there for all three only with a report that was asked for after it.
function owe(owed) {
  document.body.dataset.report = owed ? "owed" : "";
}

// On a phone the three people stand below the button: go to the first of them that changed, once, and nowhere if it is in sight.
function showResult() {
  if (before === null) return;
  const pane = find("part-phone").innerHTML === before ? find("see-mall") : find("see-phone");
  before = null;
  if (pane.getBoundingClientRect().bottom > innerHeight) pane.scrollIntoView();
}

async function again() {
  try {
    if (!document.hidden || misses) await look();
    misses = 0;
  } catch {
    misses += 1;
  }
  find("gone").hidden = misses < 3;
  setTimeout(again, SECOND);
}

function turn(to) {
  before = null;
  if (to !== step()) find("part-card").scrollIntoView({ block: "nearest" });
  document.body.dataset.step = to;
  for (const link of document.querySelectorAll(".steps a")) {
    if (link.dataset.step === to) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  for (const link of document.querySelectorAll("a.lang")) link.href = `?lang=${link.hreflang}&step=${to}`;
  find("refused").hidden = true;
  look().catch(() => {}); // the next look of `again` counts it
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("button[data-post], a[data-step]");
  if (!target) return;
  if (target.dataset.post) {
    // Not for a key (detail 0): the focus stays at the button, and so does the page.
    if (target.dataset.step) {
      history.pushState(null, "", `?lang=${language}&step=${target.dataset.step}`);
      turn(target.dataset.step);
    }
    const shown = event.detail && target.dataset.post.startsWith("/tour/") ? find("part-phone").innerHTML : null;
    const pressed = step();
    post(target, () => {
      if (shown !== null && pressed === step()) before = shown;
      return look();
    });
  } else if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    history.pushState(null, "", target.href);
    turn(target.dataset.step);
  }
});
addEventListener("popstate", () => turn(new URLSearchParams(location.search).get("step") ?? "1"));
again();
