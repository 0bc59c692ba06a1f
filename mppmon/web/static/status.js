// Follow the event stream: each word names the newest version; the live part is then fetched, once however many ids changed.
"use strict";
const live = document.getElementById("live");
const stale = document.getElementById("stale");
const pulse = document.getElementById("pulse");
const say = document.getElementById("say");
const language = document.body.dataset.language;
const SILENCE = 25000; // ms: the stream speaks at least every 10 s, so a longer silence is a dead link
const AGAIN = 2000; // ms between two tries

let shown = document.body.dataset.version; // life of the daemon, and version in it
let wanted = shown;
let changed = new Set();
let fetching = false;
let stream = null;
let watchdog = 0;

function lost(isLost) {
  stale.hidden = !isLost;
  pulse.classList.toggle("lost", isLost);
}

function show(html) {
  const before = document.getElementById("headline").textContent;
  live.innerHTML = html; // rendered and escaped by the server
  const headline = document.getElementById("headline").textContent;
  if (headline !== before) say.textContent = headline; // what a screen reader says: the headline, not the whole page
  for (const one of live.querySelectorAll("[data-id]")) {
    if (changed.has(one.dataset.id)) one.classList.add("fresh");
  }
  changed = new Set();
}

async function follow() {
  if (fetching) return; // what comes meanwhile is seen when this one ends
  fetching = true;
  try {
    while (shown !== wanted) {
      const asked = wanted;
      const answer = await fetch(`/live?lang=${language}`);
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.text());
      shown = answer.headers.get("Mppmon-Version"); // as new as the word that sent us here, or newer
      if (wanted === asked) wanted = shown;
    }
  } catch {
    connect(AGAIN);
  } finally {
    fetching = false;
  }
}

function heard(event) {
  const word = JSON.parse(event.data);
  clearTimeout(watchdog);
  watchdog = setTimeout(() => connect(0), SILENCE);
  lost(false);
  document.getElementById("time").textContent = word.time;
  for (const id of word.changed) changed.add(id);
  wanted = word.version;
  follow();
}

function connect(delay) {
  if (stream) {
    stream.close();
    lost(true);
  }
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    stream = new EventSource(`/events?lang=${language}`);
    stream.onmessage = heard;
    stream.onerror = () => connect(AGAIN); // browsers differ in when they give up: we never do
    watchdog = setTimeout(() => connect(0), SILENCE);
  }, delay);
}

connect(0);
