// One field over everything: hits newest first, together by conversation.

import { address, ask, channelTitle, find, hitLine, ready } from "./mine.js";
import { el, page, say } from "./page.js";

const input = find("q"), hits = find("hits"), more = find("more");
const WAIT_MS = 250;
let groups = new Map(), before = null, asked = 0, timer = 0;

const keyOf = (hit) => hit.chat || hit.conversation;
const hrefOf = (hit) => (hit.chat ? address(`/chats/${hit.chat}`) + `${page.query ? "&" : "?"}at=${hit.seq}` : address("/chats/here") + `${page.query ? "&" : "?"}at=${hit.message}`);

function show(found) {
  for (const hit of found) {
    const key = keyOf(hit);
    if (!groups.has(key)) {
      const list = el("ol");
      const title = hit.chat ? hit.title || hit.origin : channelTitle(hit.origin);
      hits.append(el("section", { class: "group" }, el("h2", {}, el("bdi", {}, title), hit.chat ? el("span", { class: "chip" }, el("bdi", {}, hit.origin)) : ""), list));
      groups.set(key, list);
    }
    groups.get(key).append(hitLine(hit, hrefOf(hit)));
  }
}

async function search({ further = false } = {}) {
  const q = input.value.trim();
  const turn = (asked += 1);
  if (!further) before = null;
  const shown = new URL(location.href);
  if (q) shown.searchParams.set("q", q); else shown.searchParams.delete("q");
  history.replaceState(null, "", shown);
  if (!q) { hits.replaceChildren(); more.hidden = true; return; }
  const answer = await ask(`/my/search?${new URLSearchParams({ q, ...(before === null ? {} : { before }) })}`);
  if (!answer || turn !== asked) return;
  if (!further) { groups = new Map(); hits.replaceChildren(); }
  show(answer.hits);
  if (!hits.children.length) hits.append(el("p", { class: "quiet" }, say("no_hits")));
  before = answer.before;
  more.hidden = !answer.more;
}

input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, WAIT_MS); });
find("find").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); search(); });
more.addEventListener("click", () => search({ further: true }));
// From the field down into the hits and up again, without the mouse.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const all = [input, ...hits.querySelectorAll(".hit")];
  const at = all.indexOf(document.activeElement);
  if (at < 0) return;
  const next = all[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) { event.preventDefault(); next.focus(); }
});

input.value = new URLSearchParams(location.search).get("q") || "";
if (!matchMedia("(pointer: coarse)").matches) input.focus();
await search();
ready();
