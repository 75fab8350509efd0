// Joining and parting: a code for the other channel, a code from there, and what is joined now.

import { ask, channelTitle, dateOf, find, ready, tell } from "./mine.js";
import { comma, count, el, page, say } from "./page.js";
import { account } from "./mine_account.js";

let timer = 0, code = "";
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function identity(one) {
  const line = el("span", { class: "what" }, el("span", {}, el("bdi", {}, channelTitle(one.channel)), one.name ? el("span", { class: "quiet" }, " · ", el("bdi", {}, one.name)) : ""),
    el("span", { class: "quiet small" }, count("messages_since", one.messages, { date: dateOf(one.first) })));
  const part = one.link && page.offers.link ? el("button", { type: "button", class: "button plain slim", onclick: () => act(`/my/links/${one.link}/part`, "parted") }, say("part")) : null;
  return el("li", {}, line, one.here ? el("span", { class: "chip here" }, say("this_device")) : part);
}

function gone(one) {
  return el("li", {}, el("span", { class: "what" }, el("bdi", {}, channelTitle(one.channel)), el("span", { class: "quiet small" }, say("parted_on", { date: dateOf(one.ended) }))),
    el("button", { type: "button", class: "button plain slim", onclick: () => act(`/my/links/${one.link}/undo`, "joined") }, say("undo")));
}

async function act(path, words) {
  if (!await ask(path, { json: {} })) return;
  await show();
  tell(say(words));
}

async function show() {
  const answer = await ask("/my/links");
  if (!answer) return;
  find("identities").replaceChildren(...(answer.identities.length ? answer.identities.map(identity) : [el("li", { class: "quiet" }, say("only_here"))]));
  find("ended").replaceChildren(...answer.ended.map(gone));
  find("ended-part").hidden = !answer.ended.length;
}

async function offer() {
  find("offer").disabled = true;
  const answer = await ask("/my/links/offer", { json: {} });
  find("offer").disabled = false;
  if (!answer) return;
  find("offer-form").hidden = true;
  find("offered").hidden = false;
  find("code").textContent = answer.code;
  find("qr").innerHTML = answer.qr; // drawn by the server from our own address
  find("qr").firstElementChild.setAttribute("role", "img");
  find("qr").firstElementChild.setAttribute("aria-label", say("qr"));
  find("ways").replaceChildren(...answer.ways.map((way) => el("li", {}, way.url
    ? el("a", { class: "button plain slim", href: way.url, target: "_blank", rel: "noopener noreferrer" }, say("open_in", { name: channelTitle(way.channel) }))
    : el("span", { class: "chip" }, el("bdi", {}, `${channelTitle(way.channel)}: ${way.text}`)))));
  clearInterval(timer);
  const tick = () => {
    const left = Math.max(0, Math.round((answer.expires - Date.now()) / 1000));
    find("left").textContent = left ? say("time_left", { time: clock(left) }) : say("code_over");
    if (!left) { clearInterval(timer); find("offered").hidden = true; find("offer-form").hidden = false; tell(say("code_over")); }
  };
  tick();
  timer = setInterval(() => { tick(); if (!document.hidden && !(Math.round(Date.now() / 1000) % 4)) watch(); }, 1000);
}

// While a code is shown, the list follows what happens on the other channel.
let known = null;
async function watch() {
  const answer = await fetchLinks();
  if (!answer) return;
  if (known !== null && answer.identities.length > known) { clearInterval(timer); find("offered").hidden = true; find("offer-form").hidden = false; await show(); tell(say("joined")); }
  known = answer.identities.length;
}
async function fetchLinks() { return ask("/my/links"); }

find("copy")?.addEventListener("click", async () => {
  try { await navigator.clipboard.writeText(find("code").textContent); tell(say("copied")); }
  catch { getSelection().selectAllChildren(find("code")); } // without HTTPS a browser lets nobody copy: then it is marked, ready to be
});
find("offer")?.addEventListener("click", async () => { known = (await fetchLinks())?.identities.length ?? null; await offer(); });

async function look(words) {
  const answer = await ask("/my/links/look", { json: { code: words } });
  if (!answer) { find("entered").focus(); return; }
  code = words;
  find("enter").hidden = true;
  find("confirm").hidden = false;
  find("confirm-words").replaceChildren(say("will_join", { channel: channelTitle(answer.channel), name: answer.name || say("person"), what: [count("entries", answer.messages), ...(answer.chats ? [count("chats", answer.chats)] : [])].join(comma) }));
  find("yes").focus();
}
function back() { find("confirm").hidden = true; find("enter").hidden = false; find("entered").value = ""; }

find("enter")?.addEventListener("submit", (event) => { event.preventDefault(); const words = find("entered").value.trim(); if (words) look(words); });
find("no")?.addEventListener("click", () => { back(); find("entered").focus(); });
find("yes")?.addEventListener("click", async () => {
  if (!await ask("/my/links", { json: { code } })) { back(); return; }
  back();
  await show();
  tell(say("joined"));
});

// Whoever lost a channel and has no code any more has one brought to where they wrote from.
async function lost() {
  const answer = await ask("/my/links/prove");
  if (!answer?.channels.length) return;
  find("proof-words").textContent = say(answer.ways.length ? "proof_about" : "proof_none", { channels: answer.channels.join(" · ") });
  find("prove").hidden = !answer.ways.length;
  find("proof-part").hidden = false;
}
find("prove")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const handle = find("proof-handle").value.trim();
  if (!handle || !await ask("/my/links/prove", { json: { handle } })) return;
  tell(say("proof_asked"));
  find("entered").focus();
});

await show();
if (page.offers.link) await lost();
await account(find("account"));
const given = new URLSearchParams(location.search).get("code");
if (given && page.offers.link) { find("entered").value = given; await look(given.slice(0, 32)); }
ready();
