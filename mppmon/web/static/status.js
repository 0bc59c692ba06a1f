// Follow the event stream: it says which version there is; the live part is then fetched, once however many ids changed.
"use strict";
const live = document.getElementById("live");
const stale = document.getElementById("stale");
const language = document.body.dataset.language;
let shown = Number(document.body.dataset.version);
let wanted = shown;
let fetching = false;

async function follow() {
  if (fetching) return; // what comes meanwhile is seen when this one ends
  fetching = true;
  try {
    while (shown !== wanted) {
      const version = wanted;
      const answer = await fetch(`/live?lang=${language}`);
      if (!answer.ok) return;
      live.innerHTML = await answer.text(); // rendered and escaped by the server
      shown = version;
    }
  } catch {
    stale.hidden = false; // the stream reconnects by itself, and its first word names the version again
  } finally {
    fetching = false;
  }
}

const stream = new EventSource("/events");
stream.onopen = () => { stale.hidden = true; };
stream.onerror = () => { stale.hidden = false; };
stream.onmessage = (event) => { wanted = JSON.parse(event.data).version; follow(); };
