// The two phones that the page draws itself. What happens in the simulators comes in as happenings; what the person does goes out by `act`.
const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "i", width: 20, height: 20, viewBox: "0 0 24 24", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
};
export const make = (name, attributes = {}, ...inside) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== null) node.setAttribute(key, value);
  node.append(...inside);
  return node;
};
const clock = (ms, language) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(ms);

class Phone {
  constructor(node, { words, language, act }) {
    Object.assign(this, { node, words, language, act, key: node.dataset.phone, bubbles: new Map(), drafts: new Map(), typing: null });
    this.talk = node.querySelector(".talk");
    this.under = node.querySelector(".under");
    new ResizeObserver(() => this.down()).observe(this.talk);
    const form = node.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = form.elements.text.value.trim();
      if (!text) return;
      form.elements.text.value = "";
      this.say({ type: "text", text });
    });
    for (const example of node.querySelectorAll(".try")) example.addEventListener("click", () => this.say({ type: "text", text: example.textContent }));
    this.menu(form);
  }

  menu(form) {
    const opener = form.querySelector(".attach > button"), menu = form.querySelector(".menu");
    const show = (open) => { menu.hidden = !open; opener.setAttribute("aria-expanded", String(open)); if (open) menu.firstElementChild.focus(); };
    opener.addEventListener("click", () => show(menu.hidden));
    menu.addEventListener("click", (event) => { const item = event.target.closest("button"); if (item) { show(false); this.say({ type: item.dataset.kind }); } });
    addEventListener("click", (event) => { if (!form.querySelector(".attach").contains(event.target)) show(false); });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !menu.hidden) { show(false); opener.focus(); }
      const items = [...menu.children], at = items.indexOf(document.activeElement);
      if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length).focus(); }
    });
  }

  say(value) { return this.act("say", { phone: this.key, ...value }); }

  show(id, { mine, at_ms, inside, state, note }) {
    this.talk.querySelector(".empty")?.remove();
    const bubble = make("div", { class: `said ${mine ? "mine" : "theirs"}`, "data-id": id }, ...inside);
    const foot = make("div", { class: "foot" });
    if (note) foot.append(make("span", {}, note));
    foot.append(make("time", {}, clock(at_ms, this.language)));
    if (mine) foot.append(make("span", { class: "ticks" }));
    bubble.append(foot);
    for (const picture of bubble.querySelectorAll("img")) picture.addEventListener("load", () => this.down());
    this.bubbles.set(String(id), bubble);
    this.talk.append(bubble);
    if (mine) this.mark(id, state);
    if (!mine) this.rest();
    this.down();
    return bubble;
  }

  mark(id, state) {
    const ticks = this.bubbles.get(String(id))?.querySelector(".ticks");
    const order = ["waiting", "sent", "delivered", "read"];
    if (!ticks || order.indexOf(state) < order.indexOf(ticks.dataset.state ?? "")) return;
    ticks.dataset.state = state;
    ticks.className = `ticks ${state}`;
    ticks.replaceChildren(icon(state === "waiting" ? "clock" : state === "sent" ? "tick" : "ticks"), make("span", { class: "unseen" }, this.words[state]));
    ticks.title = this.words[state];
  }

  type(seconds) {
    this.rest();
    this.under.textContent = this.words.typing;
    const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.talk.append(dots);
    this.typing = { dots, timer: setTimeout(() => this.rest(), seconds * 1000) };
    this.down();
  }

  rest() {
    if (this.typing) { clearTimeout(this.typing.timer); this.typing.dots.remove(); this.typing = null; }
    this.under.textContent = this.under.dataset.rest;
  }

  down() { this.talk.scrollTop = this.talk.scrollHeight; }
  quote(id) {
    const target = this.bubbles.get(String(id))?.querySelector(".words");
    return target ? [make("div", { class: "quoted", dir: "auto" }, target.textContent.slice(0, 120))] : [];
  }
  webhook(happening) {
    const took = happening.status >= 200 && happening.status < 300;
    for (const [id, bubble] of this.bubbles) if (bubble.classList.contains("mine") && this.isIn(id, happening.body)) this.mark(id, took ? "delivered" : "waiting");
  }
  thing(name, ...text) { return make("div", { class: "thing", dir: "auto" }, icon(name), make("span", {}, ...text)); }
}

export class WhatsAppPhone extends Phone {
  isIn(id, body) { return body.includes(id); }
  take(h) {
    switch (h.kind) {
      case "said": return void this.show(h.id, { mine: true, at_ms: h.told_ms, state: "sent", inside: [...this.quote(h.reply_to), ...this.inside(h.type, h.content, h.id)] });
      case "received": return this.received(h);
      case "typing": return this.type(h.seconds);
      case "read": return this.mark(h.id, "read");
      case "webhook": return this.webhook(h);
    }
  }
  received(h) {
    if (h.type === "reaction") {
      const target = this.bubbles.get(h.content.message_id);
      target?.querySelector(".mood")?.remove();
      if (h.content.emoji) target?.append(make("span", { class: "mood" }, h.content.emoji));
      return;
    }
    this.show(h.id, { mine: false, at_ms: h.told_ms, inside: [...this.quote(h.reply_to), ...this.inside(h.type, h.content, h.id)] });
    setTimeout(() => this.act("read", { id: h.id }), 1200);
  }
  inside(type, content, id) {
    const words = (text) => text ? [styled(text)] : [];
    switch (type) {
      case "text": return words(content.body);
      case "image": return [make("img", { src: content.id ? `/media/whatsapp/${content.id}` : undefined, alt: this.words.photo_of }), ...words(content.caption)];
      case "audio": return [make("audio", { controls: "", src: `/media/whatsapp/${content.id}` })];
      case "document": return [this.thing("file", content.filename ?? this.words.document), ...words(content.caption)];
      case "location": return [this.thing("place", `${content.name ?? ""} ${Number(content.latitude).toFixed(4)}, ${Number(content.longitude).toFixed(4)}`.trim())];
      case "template": return words(content.rendered);
      case "interactive": return this.interactive(content, id);
      default: return words(`[${type}]`);
    }
  }
  interactive(content, id) {
    const picked = content.button_reply ?? content.list_reply;
    if (picked) return [styled(picked.title)];
    const action = content.action ?? {};
    const rows = (action.sections ?? []).flatMap((section) => section.rows);
    const choices = [...(action.buttons ?? []).map((b) => [b.reply, "press"]), ...rows.map((row) => [row, "pick"])].map(([one, type]) => {
      const button = make("button", { type: "button", class: "choice" }, one.title, ...(one.description ? [make("small", {}, one.description)] : []));
      button.addEventListener("click", () => this.say({ type, button_id: one.id, title: one.title, reply_to: id }));
      return button;
    });
    return [styled(content.body?.text ?? ""), make("div", { class: "choices" }, ...choices)];
  }
}

export class TelegramPhone extends Phone {
  isIn(id, body) { return body.includes(`"message_id":${id},`); }
  take(h) {
    switch (h.kind) {
      case "said": return void this.show(h.id, { mine: true, at_ms: h.told_ms, state: "sent", inside: this.inside(h.message) });
      case "received": this.grown(); return void this.show(h.id, { mine: false, at_ms: h.told_ms, inside: this.inside(h.message) });
      case "typing": return this.drafts.size ? undefined : this.type(h.seconds);
      case "draft": return this.draft(h);
      case "edited": return this.edited(h);
      case "deleted": return void this.bubbles.get(String(h.id))?.remove();
      case "webhook": return this.webhook(h);
    }
  }
  draft(h) {
    this.rest();
    let bubble = this.drafts.get(h.draft_id);
    if (!bubble) {
      bubble = make("div", { class: "said theirs growing" });
      this.drafts.set(h.draft_id, bubble);
      this.talk.append(bubble);
    }
    clearTimeout(bubble.timer);
    bubble.timer = setTimeout(() => { bubble.remove(); this.drafts.delete(h.draft_id); }, 30_000);
    bubble.replaceChildren(make("div", { class: "words", dir: "auto" }, h.text || "…"));
    this.under.textContent = this.words.typing;
    this.down();
  }
  grown() { for (const bubble of this.drafts.values()) { clearTimeout(bubble.timer); bubble.remove(); } this.drafts.clear(); }
  edited(h) {
    const bubble = this.bubbles.get(String(h.id));
    if (!bubble) return;
    const foot = bubble.querySelector(".foot");
    if (!foot.querySelector(".edited")) foot.prepend(make("span", { class: "edited" }, this.words.edited));
    bubble.replaceChildren(...this.inside(h.message), foot);
    this.down();
  }
  inside(message) {
    const inside = message.reply_to_message ? this.quote(message.reply_to_message.message_id) : [];
    if (message.photo) inside.push(make("img", { src: `/media/telegram/${message.photo.at(-1).file_id}`, alt: this.words.photo_of }));
    if (message.voice) inside.push(make("audio", { controls: "", src: `/media/telegram/${message.voice.file_id}` }));
    if (message.document) inside.push(this.thing("file", message.document.file_name ?? this.words.document));
    if (message.location) inside.push(this.thing("place", `${message.location.latitude.toFixed(4)}, ${message.location.longitude.toFixed(4)}`));
    const text = message.text ?? message.caption;
    if (text) inside.push(marked(text, message.entities ?? message.caption_entities ?? []));
    const rows = message.reply_markup?.inline_keyboard ?? [];
    if (rows.length) {
      inside.push(make("div", { class: "choices" }, ...rows.flat().map((one) => {
        const button = make("button", { type: "button", class: "choice" }, one.text);
        if (one.callback_data) button.addEventListener("click", () => this.say({ type: "press", message_id: message.message_id, data: one.callback_data }));
        return button;
      })));
    }
    return inside;
  }
}

// WhatsApp's own marks: *bold* _italic_ ~struck~ ```code``` and quotations.
function styled(text) {
  const node = make("div", { class: "words", dir: "auto" });
  const pattern = /```([\s\S]+?)```|`([^`\n]+)`|(?<![\p{L}\p{N}])([*_~])(?=\S)(.+?)(?<=\S)\3(?![\p{L}\p{N}])/gu;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    node.append(text.slice(at, found.index));
    if (found[1] ?? found[2]) node.append(make("code", {}, found[1] ?? found[2]));
    else node.append(make({ "*": "strong", _: "em", "~": "s" }[found[3]], {}, found[4]));
    at = found.index + found[0].length;
  }
  node.append(text.slice(at));
  return node;
}

// Telegram's entities: offsets and lengths in UTF-16 units, which is what JavaScript counts in too.
function marked(text, entities) {
  const names = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", spoiler: "span", text_link: "span" };
  const build = (start, end, inner) => {
    const out = [];
    let at = start, place = 0;
    while (place < inner.length) {
      const entity = inner[place], from = entity.offset, to = entity.offset + entity.length;
      if (from < at || to > end) { place += 1; continue; }
      out.push(text.slice(at, from));
      const within = inner.slice(place + 1).filter((other) => other.offset >= from && other.offset + other.length <= to);
      out.push(make(names[entity.type] ?? "span", {}, ...build(from, to, within)));
      place += 1 + within.length;
      at = to;
    }
    out.push(text.slice(at, end));
    return out;
  };
  return make("div", { class: "words", dir: "auto" }, ...build(0, text.length, entities));
}
