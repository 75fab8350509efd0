// What the visitor's own pages share: who asks, requests in their name, what is said aside, and the places that things lead to.

import { Failed, request } from "./net.js";
import { el, number, page, say } from "./page.js";
import { Frame } from "./frame.js";

export const find = (id) => document.getElementById(id);
export const frame = new Frame(page);
const token = page.embedded ? await frame.visitor(page.visitor) : page.visitor; // a customer's is asked of the site again
export const headers = () => ({ "x-wasl-visitor": token });
frame.paint();
frame.onOpen = () => {};

const status = find("status");
export function tell(words, kind = "") { status.textContent = words; status.className = `status ${kind}`; }

// A request in the visitor's name; what the server says about a failure is shown, and null given.
export async function ask(path, options = {}) {
  try {
    const answer = await request(path, { ...options, headers: headers() });
    tell("");
    return answer;
  } catch (error) {
    fail(error);
    return null;
  }
}

export function fail(error) {
  if (!(error instanceof Failed)) { tell(say("offline"), "wrong"); return; }
  if (error.status === 401 && !page.embedded) { location.reload(); return; }
  tell(say({ 429: "too_quick", 503: "later" }[error.status] || (WORDS.has(error.body.error) ? error.body.error : "failed")), "wrong");
}

// Names of failures that the page has words of its own for.
const WORDS = new Set(["code_wrong", "code_own", "code_group", "code_many", "not_yours", "too_large", "unknown_format", "on_hold", "spent", "other_browser", "mail_wrong", "no_passkey", "later", "proof_mistyped", "proof_no_phone", "proof_no_mail"]);

// This browser has another visitor's token now, or (empty) none any more: the page begins anew with it.
export function entered(visitor, next = "") {
  if (page.embedded) { if (visitor) frame.keep(visitor); else frame.forget(); }
  if (next) location.href = next; else location.reload();
}

export const address = (path) => `${page.base}${path}${page.query}`;
export const chatTitle = (chat) => chat.title || chat.origin;
export const channelTitle = (name) => page.words.channels?.[name] || name || say("here");
export const facts = (list, pairs) => list.replaceChildren(...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, typeof value === "number" ? number(value) : value))));
// What stands there as "imported chat" and "imported message" is not told twice.
export const counted = (counts) => Object.entries(counts).filter(([name, n]) => n && !["chat", "entry"].includes(name)).map(([name, n]) => [page.words[`count_${name}`] || name, n]);

const locale = document.documentElement.lang === "ar" ? "ar-u-nu-latn" : document.documentElement.lang;
const dates = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
export const dateOf = (ms) => (ms === null || ms === undefined ? "" : dates.format(ms));
export const datesOf = (first, last) => (first === null || first === undefined ? "" : dateOf(first) === dateOf(last) ? dateOf(first) : `${dateOf(first)} – ${dateOf(last)}`);

// The words of a hit: text nodes and marks, never markup.
export function hitLine(hit, href) {
  return el("li", {}, el("a", { class: "hit", href },
    el("p", { dir: "auto" }, ...hit.pieces.map((piece) => (piece.marked ? el("mark", {}, piece.text) : piece.text))),
    el("span", { class: "meta" }, el("bdi", {}, hit.author === "person" || hit.author === "self" ? say("you") : hit.name || (hit.author === "assistant" && !hit.chat ? page.name : hit.origin)),
      hit.at ? el("time", { datetime: new Date(hit.at).toISOString() }, dateOf(hit.at)) : "")));
}

export const ready = () => document.body.classList.add("loaded");
