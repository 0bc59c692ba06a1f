// Ask once a second how things are; each part arrives as HTML, rendered and escaped by the server.
"use strict";
const SECOND = 1000;
const REPORT = 30; // looks between two reports: each costs the daemon a child
const language = document.body.dataset.language;
const shown = {}; // part -> its HTML
const seen = { faults: null, chat: null, mail: null }; // pane -> how many its reader has seen
const read = {}; // chat -> how many messages its reader has seen
const wide = matchMedia("(min-width: 68rem)");
let chat = "";
let misses = 0;
let looks = 0;

const find = (id) => document.getElementById(id);

function place(name, html) {
  if (shown[name] === html) return;
  shown[name] = html;
  const part = find(`part-${name}`);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 60;
  part.innerHTML = html;
  if (focused && find(focused)) find(focused).focus();
  if (name === "chat" && atEnd) part.scrollTop = part.scrollHeight;
}

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

function watchMall(running) {
  const mall = find("mall");
  if (running && !mall.src) mall.src = mall.dataset.src; // asked for before the monitor is up, it would stay an error page
}

async function look() {
  const answer = await fetch(`/parts?lang=${language}&chat=${encodeURIComponent(chat)}`);
  if (!answer.ok) throw new Error(answer.status);
  const now = await answer.json();
  for (const [name, html] of Object.entries(now.parts)) place(name, html);
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

async function post(button) {
  const { post: address, message, data } = button.dataset;
  const body = message ? JSON.stringify({ message: Number(message), data }) : undefined;
  button.disabled = true;
  try {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const answer = await fetch(address, { method: "POST", headers, body });
    find("refused").hidden = answer.ok;
    if (!answer.ok) find("refused").textContent = (await answer.json()).detail;
    await look();
  } catch {
    find("gone").hidden = false;
  } finally {
    button.disabled = false;
  }
}

async function report() {
  const answer = await fetch(`/report?lang=${language}&agency=${encodeURIComponent(find("agency").value)}`);
  if (answer.ok) find("report").innerHTML = await answer.text();
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
  if (button.dataset.post) post(button);
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
