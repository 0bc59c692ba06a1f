// What both pages of the demo share: parts arrive as HTML, rendered and escaped by the server; buttons post.
export const SECOND = 1000;
export const language = document.body.dataset.language;
export const find = (id) => document.getElementById(id);
const shown = {}; // part -> its HTML

export function place(name, html, { toEnd = false } = {}) {
  if (shown[name] === html) return;
  shown[name] = html;
  const part = find(`part-${name}`);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 60;
  part.innerHTML = html;
  if (focused) (find(focused) ?? part.querySelector(".next, .deed"))?.focus({ preventScroll: true });
  if (toEnd && atEnd) part.scrollTop = part.scrollHeight;
}

export function watchMall(running) {
  const mall = find("mall");
  if (running && !mall.src) mall.src = mall.dataset.src; // asked for before the monitor is up, it would stay an error page
}

export async function post(button, look) {
  if (button.getAttribute("aria-disabled") === "true") return; // not `disabled`: that would lose a keyboard's place
  const { post: address, message, data } = button.dataset;
  const body = message ? JSON.stringify({ message: Number(message), data }) : undefined;
  button.setAttribute("aria-disabled", "true");
  try {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const answer = await fetch(address, { method: "POST", headers, body });
    find("refused").hidden = answer.ok;
    if (!answer.ok) find("refused").textContent = (await answer.json()).detail;
    await look();
  } catch {
    find("gone").hidden = false;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

export async function putReport(query) {
  const answer = await fetch(`/report?lang=${language}&${new URLSearchParams(query)}`);
  if (answer.ok) find("report").innerHTML = await answer.text();
}
