// The list of what is mine: conversations here, by channel, and chats brought from elsewhere.

import { address, ask, channelTitle, chatTitle, datesOf, find, ready } from "./mine.js";
import { count, el, momentOf, number, page, say, whenOf } from "./page.js";

function live(item) {
  const text = item.last ? item.last.text : "";
  return el("li", {}, el("a", { class: "tile", href: address("/chats/here") },
    el("span", { class: "top" }, el("span", { class: "name" }, el("bdi", {}, channelTitle(item.channel))),
      item.last ? el("time", { datetime: new Date(item.last.at).toISOString(), title: momentOf(item.last.at) }, whenOf(item.last.at)) : ""),
    el("span", { class: "last" }, el("bdi", {}, text || "…"))));
}

function brought(chat) {
  return el("li", {}, el("a", { class: "tile", href: address(`/chats/${chat.id}`) },
    el("span", { class: "top" }, el("span", { class: "name" }, el("bdi", {}, chatTitle(chat))), el("span", { class: "count" }, el("span", { "aria-hidden": "true" }, number(chat.entries)), el("span", { class: "unseen" }, count("entries", chat.entries)))),
    el("span", { class: "last" }, el("bdi", {}, chat.text || "…")),
    el("span", { class: "chips" }, el("span", { class: "chip" }, el("bdi", {}, chat.origin)), chat.first ? el("span", { class: "chip" }, datesOf(chat.first, chat.last)) : "")));
}

const answer = await ask("/my/conversations");
if (answer) {
  find("live").replaceChildren(...answer.live.map(live));
  find("live-none").hidden = answer.live.length > 0;
  if (page.offers.bring) {
    find("chats").replaceChildren(...answer.chats.map(brought));
    find("chats-none").hidden = answer.chats.length > 0;
  }
}
ready();
