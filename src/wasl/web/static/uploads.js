// Files on their way: chosen, dropped or pasted; uploaded at once with progress, posted with the next message.

import { el, icon, page, say, sizeOf } from "./page.js";

export class Uploads {
  constructor(list, { headers, announce, changed }) {
    Object.assign(this, { list, headers, announce, changed, items: [] });
  }

  get busy() { return this.items.some((item) => !item.kept); }
  get ready() { return this.items.filter((item) => item.kept); }

  add(files) { for (const file of files) this.one(file); }

  take() {
    const taken = this.ready.map((item) => ({ ...item.kept, preview: item.preview }));
    this.items = this.items.filter((item) => !item.kept);
    this.paint();
    return taken;
  }

  one(file) {
    const name = file.name || "file";
    if (file.size > page.upload_bytes_max) { this.announce(say("too_large", { name, size: sizeOf(page.upload_bytes_max) }), "wrong"); return; }
    const item = { name, preview: file.type.startsWith("image/") ? URL.createObjectURL(file) : null, kept: null, share: 0, call: new XMLHttpRequest() };
    this.items.push(item);
    this.paint();
    this.announce(say("uploading", { name }));
    const { call } = item;
    call.open("POST", "/chat/uploads");
    for (const [key, value] of Object.entries({ ...this.headers(), "x-wasl-name": encodeURIComponent(name) })) call.setRequestHeader(key, value);
    call.upload.addEventListener("progress", (e) => { item.share = e.lengthComputable ? e.loaded / e.total : 0; if (item.bar) item.bar.value = item.share; });
    call.addEventListener("load", () => this.done(item, call));
    call.addEventListener("error", () => this.failed(item, say("upload_failed", { name })));
    call.send(file);
  }

  done(item, call) {
    if (call.status === 201) {
      item.kept = JSON.parse(call.responseText);
      this.announce(say("uploaded", { name: item.name }));
      this.paint();
    } else {
      const word = { 413: "too_large", 415: "not_taken" }[call.status] || "upload_failed";
      this.failed(item, say(word, { name: item.name, size: sizeOf(page.upload_bytes_max) }));
    }
  }

  failed(item, words) { this.remove(item); this.announce(words, "wrong"); }

  remove(item) {
    item.call.abort();
    this.items = this.items.filter((other) => other !== item);
    this.paint();
  }

  paint() {
    this.list.hidden = !this.items.length;
    this.list.replaceChildren(...this.items.map((item) => {
      item.bar = item.kept ? null : el("progress", { max: 1, "aria-label": say("uploading", { name: item.name }) });
      if (item.bar) item.bar.value = item.share;
      return el("li", {}, item.preview ? el("img", { src: item.preview, alt: "" }) : icon("file", 22),
        el("span", { class: "name" }, el("bdi", {}, item.name), item.bar),
        el("button", { type: "button", class: "icon", "aria-label": say("remove", { name: item.name }), onclick: () => this.remove(item) }, icon("close", 16)));
    }));
    this.changed();
  }
}
