// The side of the chat that speaks with the page it is framed in; on its own page it does nothing.

const KEY = "wasl.visitor";
const TOKEN = /^[A-Za-z0-9-]{8,64}\.[\w-]{20,100}$/;
const WAIT_MS = 1_500;

export class Frame {
  constructor(page) {
    this.site = page.site;
    this.colour = page.colour;
    this.embedded = page.embedded && window.parent !== window;
    this.closed = this.embedded;
    this.onOpen = () => {};
    if (!this.embedded) return;
    addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== this.site || event.data?.wasl !== 1) return;
      if (event.data.act === "open") { this.closed = false; this.onOpen(); }
      if (event.data.act === "close") this.closed = true;
      if (event.data.act === "kept") this.answer?.(event.data.token);
    });
    document.getElementById("leave")?.addEventListener("click", () => this.tell("close"));
    addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.tell("close"); });
    this.tell("ready");
  }

  tell(act, values = {}) { if (this.embedded && this.site) window.parent.postMessage({ wasl: 1, act, ...values }, this.site); }

  // The visitor's token: kept in this frame's own storage, or, where the browser refuses storage to frames, by the site's page,
  // which then learns the token of the visitor that it brought itself, and of no other.
  async visitor(value) {
    try {
      const kept = localStorage.getItem(KEY);
      if (kept) return kept;
      localStorage.setItem(KEY, value);
      return value;
    } catch { /* refused */ }
    const kept = await this.ask();
    if (!kept) this.tell("keep", { token: value });
    return kept || value;
  }

  ask() {
    return new Promise((resolve) => {
      if (!this.embedded || !this.site) { resolve(null); return; }
      setTimeout(resolve, WAIT_MS, null);
      this.answer = (token) => resolve(typeof token === "string" && TOKEN.test(token) ? token : null);
      this.tell("ask");
    });
  }

  forget() {
    try { localStorage.removeItem(KEY); } catch { /* nothing is kept here */ }
    this.tell("keep", { token: "" });
  }

  paint() {
    if (!this.colour) return;
    const style = document.documentElement.style;
    style.setProperty("--palm", this.colour);
    style.setProperty("--palm-deep", this.colour);
    style.setProperty("--on-palm", readableOn(this.colour));
    style.setProperty("--own", this.colour);
    style.setProperty("--on-own", readableOn(this.colour));
  }
}

export function readableOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.4 ? "#111111" : "#ffffff";
}
