// The messages on a page, in order: by seq within a conversation, by id (ids sort by time) across several. Chat and console show
// the same log from different sides.

import { dayKey, dayOf, el, icon, momentOf, page, say, sizeOf, timeOf } from "./page.js";

const MARKS = { queued: "clock", sending: "clock", unknown: "unsure", sent: "tick", delivered: "ticks", read: "ticks", failed: "failed" };

export class Log {
  // side: "person" or "operator" — whose words stand at the end. fetchFile(url) gives a Blob. pick(option) answers a choice.
  constructor(element, { side, fetchFile, pick = null, marks = false }) {
    Object.assign(this, { element, side, fetchFile, pick, marks, newest: 0, oldest: Infinity, previews: new Map() });
  }

  has(id) { return this.element.querySelector(`[data-id="${CSS.escape(id)}"]`); }

  // Puts the message where it belongs; one that is shown already is renewed.
  put(message) {
    const shown = this.has(message.id);
    const node = this.make(message);
    if (shown) shown.replaceWith(node);
    else this.place(node);
    this.reach(message.seq);
    this.separate();
    return node;
  }

  reach(seq) {
    this.newest = Math.max(this.newest, seq);
    this.oldest = Math.min(this.oldest, seq);
  }

  // Looked for from the end, because what comes is mostly the newest.
  place(node) {
    const others = [...this.element.querySelectorAll(".message")];
    const before = others.findLast((other) => other.dataset.id && !isBefore(node.dataset, other.dataset));
    if (before) before.after(node);
    else this.element.prepend(node);
  }

  // Gives an element that was shown before its id was known its place.
  settle(node, { id, seq, conversation }) {
    const shown = this.has(id);
    if (shown && shown !== node) { node.remove(); return shown; }
    Object.assign(node.dataset, { id, seq, ...(conversation ? { conversation } : {}) });
    node.classList.remove("pending");
    this.reach(seq);
    this.mark(node, "kept");
    node.remove();
    this.place(node);
    this.separate();
    return node;
  }

  // Forgets what the server has; what it has not confirmed yet stays.
  clear() {
    for (const node of this.element.querySelectorAll(".message[data-id]")) node.remove();
    Object.assign(this, { newest: 0, oldest: Infinity });
    this.separate();
  }

  get oldestId() { return this.element.querySelector(".message[data-id]")?.dataset.id || ""; }

  make(message) {
    const mine = message.author === this.side;
    const who = this.nameOf(message);
    const node = el("article", { class: `message ${message.author} ${mine ? "mine" : "theirs"}`, "data-seq": message.seq ?? null, "data-id": message.id ?? null,
      "data-conversation": message.conversation ?? null, "data-at": message.at });
    const words = el("div", { class: "words" });
    words.innerHTML = message.html; // made and cleaned by the server; a pending message never comes this way
    node.append(this.head(who, message.at), this.body(message, words), this.meta(message, mine, who));
    return node;
  }

  // A message of one's own that the server has not confirmed yet: text only.
  pending({ text, files, at }) {
    const words = el("div", { class: "words" }, ...text.split(/\n{2,}/).filter(Boolean).map((p) => el("p", { dir: "auto" }, p)));
    const node = el("article", { class: "message person mine pending", "data-at": at, "data-text": text });
    const body = el("div", { class: "bubble" }, files.length ? this.files(files) : null, text ? words : null);
    node.append(this.head(say("you"), at), body, this.meta({ at, author: "person" }, true, ""));
    this.element.append(node);
    this.separate();
    return node;
  }

  nameOf(message) {
    if (message.author === this.side) return this.side === "operator" && message.name ? message.name : say("you");
    if (message.author === "assistant") return page.name;
    if (message.author === "operator") return message.name && message.name !== "operator" ? message.name : say("team");
    return message.author === "system" ? say("notice") : message.name || say("person");
  }

  head(who, at) {
    return el("h3", { class: "unseen" }, el("bdi", {}, say("said", { name: who })), ` ${timeOf(at)}`);
  }

  body(message, words) {
    const bubble = el("div", { class: "bubble" });
    if (message.files?.length) bubble.append(this.files(message.files));
    if (message.html) bubble.append(words);
    if (message.options?.length && this.pick) {
      bubble.append(el("div", { class: "options" }, ...message.options.map((option) =>
        el("button", { type: "button", class: "option", onclick: () => this.pick(option) }, el("bdi", {}, option.title)))));
    }
    return bubble;
  }

  meta(message, mine, who) {
    const line = el("footer", { class: "meta" });
    if (!mine && message.author !== "assistant") line.append(el("bdi", { class: "who" }, who));
    line.append(el("time", { datetime: new Date(message.at).toISOString(), title: momentOf(message.at) }, timeOf(message.at)));
    if (message.author === "assistant" && message.answerer) {
      const name = page.words.answerers?.[message.answerer] || message.answerer;
      line.append(el("span", { class: "answerer", title: say("answered_by", { name: message.answerer }) },
        el("span", { class: "unseen" }, say("answered_by", { name: "" })), el("bdi", {}, name)));
    }
    const elsewhere = message.channel && page.words.channels?.[message.channel];
    if (elsewhere) line.append(el("bdi", { class: "via" }, elsewhere));
    line.append(el("span", { class: "mark" }));
    if (mine && !this.marks && message.seq) this.paintOwn(line.querySelector(".mark"), "kept");
    if (this.marks && message.delivery) this.paintMark(line.querySelector(".mark"), message.delivery);
    if (this.marks && message.id) line.append(el("a", { class: "because", href: `/console/why/${message.id}`, "aria-label": say("why_about") }, say("why")));
    if (message.author !== "person" && message.text) line.append(this.copyButton(message.text));
    return line;
  }

  copyButton(text) {
    const button = el("button", { type: "button", class: "copy", "aria-label": say("copy"), title: say("copy") }, icon("copy", 16));
    button.addEventListener("click", async () => {
      await navigator.clipboard?.writeText(text).catch(() => {});
      button.replaceChildren(icon("tick", 16));
      button.setAttribute("aria-label", say("copied"));
      setTimeout(() => { button.replaceChildren(icon("copy", 16)); button.setAttribute("aria-label", say("copy")); }, 1600);
    });
    return button;
  }

  // state: "sending" | "waiting" | "kept" | "refused" speak of one's own message.
  mark(node, state, retry = null) {
    const mark = node.querySelector(".mark");
    this.paintOwn(mark, state);
    if (retry) mark.append(el("button", { type: "button", class: "again", onclick: retry }, say("again")));
  }

  paintOwn(mark, state) {
    mark.className = `mark ${state}`;
    mark.replaceChildren(state === "kept" ? icon("tick", 16) : "", el("span", { class: state === "kept" ? "unseen" : "" }, say(state)));
  }

  paintMark(mark, delivery) {
    const words = say(`mark_${delivery}`);
    mark.className = `mark delivery ${delivery}`;
    mark.title = words;
    mark.replaceChildren(icon(MARKS[delivery] || "tick", 16), el("span", { class: ["failed", "unknown", "queued"].includes(delivery) ? "" : "unseen" }, words));
  }

  deliver(id, delivery) {
    const mark = this.element.querySelector(`[data-id="${CSS.escape(id)}"] .mark`);
    if (mark && delivery) this.paintMark(mark, delivery);
  }

  files(files) {
    return el("ul", { class: "attached" }, ...files.map((file) => this.file(file)));
  }

  file(file) {
    const name = file.name || file.role;
    const sha256 = file.sha256 || /[0-9a-f]{64}/.exec(file.url || "")?.[0];
    if (file.preview) this.previews.set(sha256, file.preview);
    const preview = this.previews.get(sha256);
    if (file.role === "photo" && (file.url || preview)) {
      const picture = el("img", { alt: say("picture", { name }), decoding: "async" });
      const button = el("button", { type: "button", class: "picture", "aria-label": say("open", { name }) }, picture);
      if (preview) picture.src = preview;
      else this.load(file).then((url) => { picture.src = url; }, () => button.classList.add("gone"));
      button.addEventListener("click", () => { if (picture.src) showWhole(picture.src, name); });
      return el("li", {}, button);
    }
    const button = el("button", { type: "button", class: "file", disabled: !file.url },
      icon("file", 22), el("span", {}, el("span", { class: "unseen" }, say("download", { name: "" })), el("bdi", {}, name), el("small", {}, file.size ? sizeOf(file.size) : "")));
    button.addEventListener("click", async () => {
      const url = await this.load(file);
      el("a", { href: url, download: name }).click();
    });
    return el("li", {}, button);
  }

  async load(file) { return URL.createObjectURL(await this.fetchFile(file.url)); }

  // Day lines stand between messages of different days.
  separate() {
    for (const line of this.element.querySelectorAll(".day")) line.remove();
    let last = "";
    for (const node of this.element.querySelectorAll(".message")) {
      const at = Number(node.dataset.at);
      if (dayKey(at) !== last) { last = dayKey(at); node.before(el("h2", { class: "day" }, el("span", {}, dayOf(at)))); }
    }
  }

  unreadBefore(node) {
    this.element.querySelector(".unread")?.remove();
    if (node) node.before(el("p", { class: "unread" }, el("span", {}, say("unread"))));
  }
}

function isBefore(one, other) {
  return one.conversation && one.conversation === other.conversation ? Number(one.seq) < Number(other.seq) : one.id < other.id;
}

function showWhole(source, name) {
  const box = el("dialog", { class: "whole", "aria-label": name }, el("img", { src: source, alt: say("picture", { name }) }));
  box.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}
