// Ask once a second how things are; each part arrives as HTML, rendered and escaped by the server.
import { SECOND, find, language, place, post, putReport, watchMall } from "./parts.js";

const REPORT = 30; // looks between two reports: each costs the daemon a child
const seen = { faults: null, chat: null, mail: null }; // pane -> how many its reader has seen
const read = {}; // chat -> how many messages its reader has seen
const wide = matchMedia("(min-width: 68rem)");
let chat = "";
let misses = 0;
let looks = 0;

function badge(element, news) {
  element.hidden = news <= 0;
  element.textContent = news > 0 ? news : "";
}

function count(counts) {
  const looking = wide.matches ? null : document.body.dataset.pane;
  for (const [pane, number] of Object.entries(counts)) {
    if (seen[pane] === null || looking === null || looking === pane || number < seen[pane]) seen[pane] = number;
    badge(find(`count-${pane}`), pane === "faults" ? number : number - seen[pane]);
  }
  for (const tab of document.querySelectorAll("[data-chat]")) {
    const number = Number(tab.dataset.count);
    if (tab.hasAttribute("aria-current")) {
      chat = tab.dataset.chat;
      read[chat] = number;
    }
    badge(tab.querySelector(".count"), number - (read[tab.dataset.chat] ?? 0));
  }
}

async function look() {
  const answer = await fetch(`/parts?lang=${language}&chat=${encodeURIComponent(chat)}`);
  if (!answer.ok) throw new Error(answer.status);
  const now = await answer.json();
  for (const [name, html] of Object.entries(now.parts)) place(name, html, { toEnd: name === "chat" });
  find("clock").textContent = now.clock;
  count(now.counts);
  watchMall(now.running);
  return now.running;
}

async function again() {
  try {
    if (!document.hidden || misses) {
      const running = await look();
      const read = wide.matches || document.body.dataset.pane === "report";
      if (running && read && looks++ % REPORT === 0) await report();
    }
    misses = 0;
  } catch {
    misses += 1;
  }
  find("gone").hidden = misses < 3;
  setTimeout(again, SECOND);
}

function report() {
  return putReport({ agency: find("agency").value });
}

function show(pane) {
  document.body.dataset.pane = pane;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.toggleAttribute("aria-current", button.dataset.show === pane);
  }
  if (pane === "chat") find("part-chat").scrollTop = find("part-chat").scrollHeight;
  if (pane === "report") report();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.post) post(button, look);
  else if (button.dataset.show) show(button.dataset.show);
  else if (button.dataset.chat) {
    chat = button.dataset.chat;
    look();
  }
});
find("choose").addEventListener("submit", (event) => {
  event.preventDefault();
  report();
});
find("agency").addEventListener("change", report);
show("faults");
again();
