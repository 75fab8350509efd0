// The console's conversations: the list and one conversation, both live.

import { Draft } from "./draft.js";
import { Log } from "./log.js";
import { Failed, follow, request } from "./net.js";
import { el, number, page, say, whenOf, momentOf } from "./page.js";

const find = (id) => document.getElementById(id);
const list = find("list"), base = "/console/conversations";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function row(item) {
  const name = item.person || say("person");
  const here = item.id === page.conversation;
  return el("li", { "data-id": item.id }, el("a", { href: `${base}/${item.id}`, "aria-current": here ? "page" : null },
    el("span", { class: "line" }, el("bdi", { class: "name" }, name),
      el("time", { datetime: new Date(item.at).toISOString(), title: momentOf(item.at) }, whenOf(item.at))),
    el("span", { class: "line" }, el("span", { class: "last", dir: "auto" }, item.text || "…"),
      item.due ? el("span", { class: "due", title: say("due") }, number(item.due), el("span", { class: "unseen" }, ` ${say("due")}`)) : ""),
    el("span", { class: "line ways" }, ...item.channels.map((channel) => el("bdi", {}, page.words.channels[channel] || channel)))));
}

// Rows that did not change keep their element, so focus and screen readers stay where they are.
const shown = new Map();
function paintList(items) {
  const focused = document.activeElement?.closest?.("#list li")?.dataset.id;
  const nodes = items.map((item) => {
    const source = JSON.stringify(item);
    const before = shown.get(item.id);
    if (before?.source === source) return before.node;
    const node = row(item);
    shown.set(item.id, { source, node });
    return node;
  });
  if (nodes.length !== list.children.length || nodes.some((node, i) => list.children[i] !== node)) {
    list.replaceChildren(...nodes);
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"] a`)?.focus();
  }
  find("nobody").hidden = items.length > 0;
  for (const id of [...shown.keys()]) if (!items.some((item) => item.id === id)) shown.delete(id);
}

const connection = (now) => {
  if (now === "out") location.reload();
  find("list-state").textContent = now === "lost" ? say("offline") : "";
  document.body.classList.toggle("lost", now === "lost");
};
follow(`${base}/events`, { onEvent: ({ event, data }) => { if (event === "list") { livePaint(data); connection("live"); } }, onState: connection });

// The list is live at its newest end; what is older is asked for, and what the newest push out of that end stays.
let live = [], earlier = [];
function paintAll() {
  const listed = new Set(live.map((item) => item.id));
  paintList([...live, ...earlier.filter((item) => !listed.has(item.id))]);
}
function livePaint(items) {
  const now = new Set(items.map((item) => item.id));
  if (earlier.length) earlier = [...live.filter((item) => !now.has(item.id)), ...earlier];
  else find("past").hidden = items.length < page.listed;
  live = items;
  paintAll();
}
find("past").addEventListener("click", async (event) => {
  const button = event.currentTarget, last = [...live, ...earlier].reduce((found, item) => Math.min(found, item.at), Infinity);
  button.disabled = true;
  const answer = await request(`${base}/earlier?before=${last}`).catch(() => null);
  button.disabled = false;
  if (!answer) return;
  const known = new Set([...live, ...earlier].map((item) => item.id));
  const fresh = answer.rows.filter((item) => !known.has(item.id));
  earlier = [...earlier, ...fresh];
  paintAll();
  button.hidden = !answer.more || !fresh.length;
  if (fresh.length) list.querySelector(`[data-id="${CSS.escape(fresh[0].id)}"] a`)?.focus();
});

if (page.conversation) openConversation(`${base}/${page.conversation}`);

async function openConversation(path) {
  const scroll = find("scroll"), input = find("write"), form = find("reply"), status = find("status"), draftBox = find("draft"), older = find("older");
  const draft = new Draft(draftBox.querySelector(".words"));
  const log = new Log(find("log"), { side: "operator", marks: true, fetchFile: async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Failed(response.status, {}, 0);
    return response.blob();
  } });
  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; };
  const keepEnd = (change) => { const stay = atEnd(); change(); if (stay) toEnd(); };
  const endDraft = () => { draft.clear(); draftBox.hidden = true; };
  let idle = 0;

  async function history(before) {
    const answer = await request(`${path}/messages${before ? `?before=${before}` : ""}`);
    find("log").setAttribute("aria-live", "off");
    const height = scroll.scrollHeight;
    for (const message of answer.messages) log.put(message);
    if (before) scroll.scrollTop += scroll.scrollHeight - height;
    older.hidden = !answer.more;
    requestAnimationFrame(() => find("log").setAttribute("aria-live", "polite"));
  }
  older.addEventListener("click", () => history(log.oldest));

  function live({ event, data }) {
    keepEnd(() => {
      if (event === "message") { log.put(data); if (data.author === "assistant") endDraft(); }
      if (event === "mark") log.deliver(data.id, data.delivery);
      if (event === "working" || event === "delta" || event === "restart") {
        draftBox.hidden = false;
        clearTimeout(idle); idle = setTimeout(endDraft, 45_000);
        if (event === "restart") draft.clear();
        if (event === "delta") { draft.add(data.turn, data.at, data.text); requestAnimationFrame(() => keepEnd(() => {})); }
        draftBox.classList.toggle("words-come", draft.length > 0);
      }
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || form.dataset.busy) return;
    form.dataset.busy = "1";
    status.textContent = say("sending");
    try {
      await request(`${path}/messages`, { headers: { "x-csrftoken": page.csrf }, json: { text } });
      input.value = ""; input.style.blockSize = "auto"; status.textContent = ""; status.className = "small";
    } catch (error) {
      status.className = "small wrong";
      status.textContent = error instanceof Failed && error.status < 500 ? error.body.message || say("refused") : say("offline");
    } finally { delete form.dataset.busy; input.focus(); }
  });
  input.addEventListener("input", () => { input.style.blockSize = "auto"; input.style.blockSize = `${Math.min(input.scrollHeight, 192)}px`; });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !matchMedia("(pointer: coarse)").matches) { event.preventDefault(); form.requestSubmit(); }
  });

  for (;;) { try { await history(); break; } catch { connection("lost"); await pause(1500); } }
  document.body.classList.add("loaded");
  toEnd();
  follow(`${path}/events`, { lastId: () => log.newest, onEvent: live, onState: connection });
}
