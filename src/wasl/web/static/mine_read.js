// Reading: an imported chat, or what was said here, a page at a time, from the newest or from the place of a hit.

import { address, ask, chatTitle, datesOf, find, headers, hitLine, ready } from "./mine.js";
import { Log } from "./log.js";
import { Failed } from "./net.js";
import { count, el, number, page, say } from "./page.js";

const here = page.chat === "here";
const at = new URLSearchParams(location.search).get("at");
const source = here ? "/my/history" : `/my/chats/${encodeURIComponent(page.chat)}/entries`;
const earlier = find("earlier"), later = find("later");

class Reading extends Log {
  nameOf(message) {
    if (here) return super.nameOf(message);
    return message.author === "person" ? say("you") : message.author === "system" ? say("notice") : message.name;
  }

  body(message, words) {
    const bubble = super.body(message, words);
    if (message.quote) bubble.prepend(el("p", { class: "quoted", dir: "auto" }, message.quote));
    if (message.deleted) bubble.append(el("p", { class: "quiet" }, say("deleted")));
    return bubble;
  }

  meta(message, mine, who) {
    const line = super.meta(message.at ? message : { ...message, at: 0 }, mine, who);
    line.querySelector(".mark")?.remove();
    if (!message.at) line.querySelector("time").replaceChildren(say("no_time"));
    if (message.author === "assistant" && message.name && !here) line.prepend(el("bdi", { class: "who" }, message.name));
    for (const sign of ["edited", "forwarded", "ambiguous"]) if (message[sign]) line.append(el("span", { class: "chip" }, say(sign)));
    if (message.reactions?.length) line.append(el("span", {}, message.reactions.map((r) => r.emoji + (r.number > 1 ? ` ${number(r.number)}` : "")).join(" ")));
    return line;
  }

  head(who, when) { return el("h3", { class: "unseen" }, el("bdi", {}, say("said", { name: who }))); }

  file(file) {
    if (!file.url && file.state) return el("li", { class: "file" }, el("span", {}, el("bdi", {}, file.name), el("small", {}, say(`file_${file.state}`))));
    return super.file(file);
  }
}

const log = new Reading(find("log"), { side: "person", fetchFile: async (url) => {
  const response = await fetch(here ? url : `/my/chats/${encodeURIComponent(page.chat)}/files/${url}`, { headers: headers() });
  if (!response.ok) throw new Failed(response.status, {}, 0);
  return response.blob();
} });

// The first and the last message that are shown, for the pages before and after them.
const ends = () => { const all = find("log").querySelectorAll(".message[data-id]"); return [all[0]?.dataset.id, all[all.length - 1]?.dataset.id]; };
const fill = (answer) => { for (const entry of answer.entries) log.put({ files: [], options: [], ...entry }); };

async function older() {
  const answer = await ask(`${source}?before=${ends()[0]}`);
  if (!answer) return;
  const height = document.scrollingElement.scrollHeight;
  fill(answer);
  document.scrollingElement.scrollTop += document.scrollingElement.scrollHeight - height;
  earlier.hidden = !answer.earlier;
}

async function newer() {
  const answer = await ask(`${source}?after=${ends()[1]}`);
  if (!answer) return;
  fill(answer);
  later.hidden = !answer.later;
}

async function begin() {
  if (!at) {
    const answer = await ask(source);
    if (!answer) return;
    fill(answer);
    earlier.hidden = !answer.earlier;
    if (!here) find("log").lastElementChild?.scrollIntoView({ block: "end" });
    return;
  }
  const past = await ask(`${source}?before=${encodeURIComponent(at)}`);
  if (!past) return;
  fill(past);
  earlier.hidden = !past.earlier;
  const from = past.entries.length ? past.entries[past.entries.length - 1].id : "0";
  const rest = await ask(`${source}?after=${from}`);
  if (rest) { fill(rest); later.hidden = !rest.later; }
  const node = log.has(at);
  if (node) { node.classList.add("at"); node.tabIndex = -1; node.scrollIntoView({ block: "center" }); node.focus({ preventScroll: true }); }
}

async function about() {
  if (here) { find("title").textContent = page.name; find("about").textContent = say("here_about"); return true; }
  const chat = await ask(`/my/chats/${encodeURIComponent(page.chat)}`);
  if (!chat) { find("title").textContent = say("not_yours"); return false; }
  find("title").textContent = chatTitle(chat);
  document.title = `${chatTitle(chat)} · ${page.name}`;
  find("about").replaceChildren(el("bdi", {}, chat.origin), " · ", count("entries", chat.entries), chat.first ? ` · ${datesOf(chat.first, chat.last)}` : "");
  find("within").hidden = false;
  const carry = find("continue");
  carry.hidden = !page.offers.go_on;
  carry.addEventListener("click", async () => {
    carry.disabled = true;
    if (await ask(`/my/chats/${encodeURIComponent(page.chat)}/continue`, { json: {} })) { location.href = `${page.home}${page.query}`; return; }
    carry.disabled = false;
  });
  return true;
}

earlier.addEventListener("click", older);
later.addEventListener("click", newer);
find("within").addEventListener("submit", async (event) => {
  event.preventDefault();
  const q = find("q").value.trim();
  const hits = find("hits");
  if (!q) { hits.replaceChildren(); return; }
  const answer = await ask(`/my/search?${new URLSearchParams({ q, chat: page.chat })}`);
  if (!answer) return;
  const place = (hit) => address(`/chats/${page.chat}`) + `${page.query ? "&" : "?"}at=${hit.seq}`;
  hits.replaceChildren(answer.hits.length ? el("section", { class: "group" }, el("ol", {}, ...answer.hits.map((hit) => hitLine(hit, place(hit))))) : el("p", { class: "quiet" }, say("no_hits")));
});

if (await about()) await begin();
ready();
