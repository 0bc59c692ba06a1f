// Follow the event stream: each word names the newest version; the live part is then fetched, once however many ids changed.
"use strict";
const live = document.getElementById("live");
const stale = document.getElementById("stale");
const pulse = document.getElementById("pulse");
const time = document.getElementById("time");
const say = document.getElementById("say");
const language = document.body.dataset.language;
const SILENCE = 25000; // ms: the stream speaks at least every 10 s, so a longer silence is a dead link
const AGAIN = 2000; // ms between two tries, and up to as much again: when the daemon is back, not all come at once

let shown = document.body.dataset.version; // life of the daemon, and version in it
let wanted = shown;
let changed = new Set();
let heardAt = ""; // the mall's time of the newest word
let fetching = false;
let stream = null;
let watchdog = 0;

// Old news must not look like news: grey, with the time it is of, until the newest version is shown.
function lost(isLost) {
  if (isLost && stale.hidden) document.getElementById("last").textContent = time.textContent;
  stale.hidden = !isLost;
  document.body.classList.toggle("old", isLost);
  pulse.classList.toggle("lost", isLost);
  document.getElementById("following").hidden = isLost;
  document.getElementById("standing").hidden = !isLost;
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
  const patience = new AbortController();
  const giveUp = setTimeout(() => patience.abort(), SILENCE); // a link may die without a word here too
  try {
    while (shown !== wanted) {
      const asked = wanted;
      const answer = await fetch(`/live?lang=${language}`, { signal: patience.signal });
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.text());
      shown = answer.headers.get("Mppmon-Version"); // as new as the word that sent us here, or newer
      if (wanted === asked) wanted = shown;
    }
    time.textContent = heardAt;
    if (stream.readyState === EventSource.OPEN) lost(false);
  } catch {
    connect(AGAIN);
  } finally {
    clearTimeout(giveUp);
    fetching = false;
  }
}

function heard(event) {
  const word = JSON.parse(event.data);
  clearTimeout(watchdog);
  watchdog = setTimeout(() => connect(0), SILENCE);
  heardAt = word.time;
  for (const id of word.changed) changed.add(id);
  wanted = word.version;
  follow();
}

function connect(delay) {
  if (stream) {
    stream.close();
    lost(true);
    if (delay) delay += Math.random() * delay;
  }
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    stream = new EventSource(`/events?lang=${language}`);
    stream.onmessage = heard;
    stream.onerror = () => connect(AGAIN); // browsers differ in when they give up: we never do
    watchdog = setTimeout(() => connect(0), SILENCE);
  }, delay);
}

// A phone that slept, or a link that is back: ask at once, not when a timer says so.
addEventListener("online", () => connect(0));

connect(0);
