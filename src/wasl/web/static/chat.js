// The chat page: history, live word, writing. The same script runs in the widget's frame.

import { Draft } from "./draft.js";
import { Log } from "./log.js";
import { Failed, follow, request } from "./net.js";
import { Outbox } from "./outbox.js";
import { page, say } from "./page.js";
import { Uploads } from "./uploads.js";
import { Frame } from "./frame.js";

const find = (id) => document.getElementById(id);
const scroll = find("scroll"), logElement = find("log"), draftBox = find("draft"), input = find("write"), form = find("compose");
const send = find("send"), status = find("status"), jump = find("jump"), older = find("older"), empty = find("empty"), announce = find("announce");
const frame = new Frame(page);
const token = page.embedded ? await frame.visitor(page.visitor) : page.visitor;
const headers = () => ({ "x-wasl-visitor": token });
const draft = new Draft(draftBox.querySelector(".words"));
const fresh = { count: 0, first: null };
const DRAFT_IDLE_MS = 45_000;
// What the page has of each conversation that is the visitor's: from there the live stream goes on.
const reached = new Map();
let connected = true, loaded = false, linked = false, idle = 0;

const log = new Log(logElement, {
  side: "person",
  fetchFile: async (url) => {
    const response = await fetch(url, { headers: headers() });
    if (!response.ok) throw new Failed(response.status, {}, 0);
    return response.blob();
  },
  pick: (option) => deliver({ text: option.title, picked: option, uploads: [] }),
});

const nodes = new Map();
const outbox = new Outbox({
  key: token.split(".")[0],
  post: (item) => request("/chat/messages", {
    headers: headers(),
    json: { id: item.id, text: item.text, uploads: item.uploads.map(({ preview, ...kept }) => kept), picked: item.picked, language: document.documentElement.lang },
  }),
  told: (item, state, answer) => {
    const node = nodes.get(item.id);
    if (!node) return;
    if (state === "kept" && answer.messages?.length) { nodes.delete(item.id); log.settle(node, answer.messages[0]); return; }
    if (state === "refused") { log.mark(node, "refused", () => outbox.retry(item)); return; }
    log.mark(node, state);
    if (answer?.status === 429) tell(say("busy"));
  },
});

const uploads = new Uploads(find("files"), { headers, announce: (words, kind) => (kind === "wrong" ? tell(words, "wrong") : speak(words)), changed: () => ready() });

// -- what is said aside
function tell(words, kind = "") { status.textContent = words; status.className = kind; }
function speak(words) { announce.textContent = words; }

// -- writing
function ready() {
  const able = (input.value.trim() || uploads.ready.length) && !uploads.busy;
  send.setAttribute("aria-disabled", able ? "false" : "true");
  return able;
}

function fitInput() { input.style.blockSize = "auto"; input.style.blockSize = `${Math.min(input.scrollHeight, 192)}px`; }

function deliver(message) {
  const item = outbox.add(message);
  showPending(item);
  toEnd();
}

function showPending(item) {
  const node = log.pending({ text: item.text, files: item.uploads, at: item.at });
  nodes.set(item.id, node);
  log.mark(node, "sending");
  hello();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!ready()) { input.focus(); return; }
  deliver({ text: input.value.trim(), uploads: uploads.take() });
  input.value = "";
  fitInput(); ready(); tell("");
  clearUnread();
  input.focus();
});
input.addEventListener("input", () => { fitInput(); ready(); });
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !matchMedia("(pointer: coarse)").matches) { event.preventDefault(); form.requestSubmit(); }
});
for (const example of document.querySelectorAll(".example")) example.addEventListener("click", () => deliver({ text: example.textContent.trim(), uploads: [] }));

// -- files
find("choose").addEventListener("change", (event) => { uploads.add(event.target.files); event.target.value = ""; input.focus(); });
find("attach").addEventListener("click", () => find("choose").click());
input.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); uploads.add(event.clipboardData.files); } });
let dragging = 0;
addEventListener("dragenter", (event) => { if (event.dataTransfer?.types.includes("Files")) { dragging += 1; document.body.classList.add("dropping"); } });
addEventListener("dragleave", () => { dragging = Math.max(0, dragging - 1); if (!dragging) document.body.classList.remove("dropping"); });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault(); dragging = 0; document.body.classList.remove("dropping");
  if (event.dataTransfer?.files.length) uploads.add(event.dataTransfer.files);
});

// -- the log
const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 96;
function toEnd() { scroll.scrollTop = scroll.scrollHeight; }
function hello() { empty.hidden = !loaded || Boolean(logElement.querySelector(".message")); document.body.classList.toggle("fresh", !empty.hidden); }

function show(message, { live }) {
  const stay = atEnd();
  if (message.author === "person") {
    const waiting = [...nodes].find(([, node]) => node.dataset.text === (message.text || "") || (node.dataset.text === "" && !message.text));
    if (live && waiting && !log.has(message.id)) { nodes.delete(waiting[0]); log.settle(waiting[1], message); }
  }
  const known = log.has(message.id);
  if (live) reached.set(message.conversation, message.seq);
  const node = log.put(message);
  if (message.author === "assistant") endDraft();
  if (message.tags.length) read(message, node, { live });
  if (live && !known && message.author !== "person") {
    if (!stay || document.hidden) { fresh.count += 1; fresh.first ||= node; paintUnread(); }
    frame.tell("message", { count: fresh.count });
  }
  if (stay) toEnd();
}

function paintUnread() {
  log.unreadBefore(fresh.first);
  find("jump-count").textContent = fresh.count ? String(fresh.count) : "";
  document.title = fresh.count ? `(${fresh.count}) ${page.name}` : page.name;
}

function clearUnread() {
  if (!fresh.count && !fresh.first) return;
  fresh.count = 0; fresh.first = null;
  paintUnread();
}

scroll.addEventListener("scroll", () => {
  jump.hidden = atEnd();
  if (atEnd() && fresh.count && !document.hidden) { fresh.count = 0; find("jump-count").textContent = ""; document.title = page.name; frame.tell("read", {}); }
}, { passive: true });
jump.addEventListener("click", () => { toEnd(); input.focus(); });

// -- receipts: delivered when it is here, read when it can be seen
const receipts = new Map();
let receiptTimer = 0;
function read(message) {
  for (const tag of message.tags) receipts.set(tag, document.hidden || frame.closed ? "delivered" : "read");
  clearTimeout(receiptTimer);
  receiptTimer = setTimeout(postReceipts, 300);
}
async function postReceipts() {
  if (!receipts.size) return;
  const batch = [...receipts].slice(0, 100).map(([tag, state]) => ({ tag, state }));
  try {
    await request("/chat/messages", { headers: headers(), json: { receipts: batch } });
    for (const { tag, state } of batch) if (state === "read") receipts.delete(tag);
  } catch { receiptTimer = setTimeout(postReceipts, 5_000); }
}
function seen() {
  if (document.hidden || frame.closed) return;
  for (const tag of receipts.keys()) receipts.set(tag, "read");
  postReceipts();
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) { seen(); if (atEnd()) document.title = page.name; } });
frame.onOpen = () => { seen(); clearUnread(); toEnd(); if (frame.asked) input.focus(); };

// -- the answer while it grows
function working(turn) {
  const stay = atEnd();
  if (draft.turn !== turn) { draft.clear(); draft.turn = turn; speak(say("writing", { name: page.name })); }
  draftBox.hidden = false;
  keepDraft();
  if (stay) toEnd();
}
function keepDraft() { clearTimeout(idle); idle = setTimeout(endDraft, DRAFT_IDLE_MS); }
function endDraft() { clearTimeout(idle); draft.clear(); draftBox.hidden = true; draftBox.classList.remove("words-come"); }

function live({ event, data }) {
  if (event === "message") { show(data, { live: loaded }); hello(); return; }
  if (event === "changed") { renew(); return; }
  if (event === "working") working(data.turn);
  if (event === "restart") { draft.clear(); draftBox.classList.remove("words-come"); working(data.turn); }
  if (event === "delta") {
    const stay = atEnd();
    working(data.turn);
    draft.add(data.turn, data.at, data.text);
    draftBox.classList.toggle("words-come", draft.length > 0);
    if (stay) requestAnimationFrame(toEnd);
  }
}

function state(now) {
  if (now === "live") {
    if (!connected) { tell(say("back")); setTimeout(() => { if (status.textContent === say("back")) tell(""); }, 2500); outbox.hurry(); }
    connected = true;
  } else if (now === "out") location.reload();
  else if (connected) { connected = false; tell(say("offline"), "lost"); }
  document.body.classList.toggle("lost", !connected);
}

// -- history
async function history(before = null) {
  const answer = await request(`/chat/messages${before ? `?before=${before}` : ""}`, { headers: headers() });
  linked = answer.linked;
  if (!before) {
    reached.clear();
    for (const pair of answer.cursor.split(",").filter(Boolean)) { const [conversation, seq] = pair.split("="); reached.set(conversation, Number(seq)); }
  }
  logElement.setAttribute("aria-live", "off");
  const height = scroll.scrollHeight;
  for (const message of answer.messages) show(message, { live: false });
  if (before) scroll.scrollTop += scroll.scrollHeight - height;
  older.hidden = !answer.more;
  requestAnimationFrame(() => logElement.setAttribute("aria-live", "polite"));
}
older.addEventListener("click", async () => {
  older.disabled = true;
  try { await history(linked ? log.oldestId : log.oldest); } finally { older.disabled = false; }
});

// Other conversations have become the visitor's, or have parted from it: the history is another one.
async function renew() {
  log.clear();
  endDraft();
  await history().catch(() => {});
  hello();
  toEnd();
}

async function begin() {
  frame.paint();
  for (;;) {
    try { await history(); break; } catch (error) {
      if (error instanceof Failed && error.status === 401) { frame.forget(); location.reload(); return; }
      state("lost");
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
  loaded = true;
  document.body.classList.add("loaded");
  for (const item of outbox.items) showPending(item);
  hello();
  toEnd();
  follow("/chat/events", { headers, lastId: () => [...reached].map(([c, seq]) => `${c}=${seq}`).join(",") || "0", onEvent: live, onState: state });
  outbox.run();
  if (page.embedded && !frame.closed) frame.onOpen();  // opened before there was anybody here to be told
  if (!matchMedia("(pointer: coarse)").matches && !page.embedded) input.focus();
}

ready();
begin();
