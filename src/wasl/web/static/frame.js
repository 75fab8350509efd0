// The side of the chat that speaks with the page it is framed in; on its own page it does nothing.

const KEY = "wasl.visitor";
const TOKEN = /^[A-Za-z0-9-]{8,64}\.[\w-]{20,100}$/;
const SIGNED = /^[\w-]{1,4000}\.[\w-]{1,6000}\.[\w-]{1,2000}$/;
const WAIT_MS = 1_500;

export class Frame {
  constructor(page) {
    this.site = page.site;
    this.colour = page.colour;
    this.embedded = page.embedded && window.parent !== window;
    this.closed = this.embedded;
    this.asked = false;
    this.named = this.embedded && Boolean(page.known);
    this.answers = new Map();
    this.onOpen = () => {};
    if (!this.embedded) return;
    addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== this.site || event.data?.wasl !== 1) return;
      if (event.data.act === "open" || event.data.act === "shown") { this.closed = false; this.asked = event.data.act === "open"; this.onOpen(); }
      if (event.data.act === "close") this.closed = true;
      this.answers.get(event.data.act)?.(event.data.token);
    });
    document.getElementById("leave")?.addEventListener("click", () => this.tell("close"));
    addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.tell("close"); });
    this.tell("ready");
  }

  tell(act, values = {}) { if (this.embedded && this.site) window.parent.postMessage({ wasl: 1, act, ...values }, this.site); }

  // The visitor's token: kept in this frame's own storage, or, where the browser refuses storage to frames, by the site's page,
  // which then learns the token of the visitor that it brought itself, and of no other.
  async visitor(value) {
    if (this.named) {
      const customer = await this.customer();
      if (customer) return customer;
    }
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

  ask(act = "ask", answer = "kept") {
    return new Promise((resolve) => {
      if (!this.embedded || !this.site) { resolve(null); return; }
      setTimeout(resolve, WAIT_MS, null);
      const shape = act === "ask" ? TOKEN : SIGNED;
      this.answers.set(answer, (token) => resolve(typeof token === "string" && shape.test(token) ? token : null));
      this.tell(act);
    });
  }

  // The customer whom the site's page names by a signed token: the server gives a visitor's token for it, which is kept nowhere.
  // A token that is not good leaves an anonymous visitor, and a word for the site's owner in the console.
  async customer() {
    const given = await this.ask("identify", "identity");
    if (!given) return null;
    let anonymous = "";
    try { anonymous = localStorage.getItem(KEY) || ""; } catch { anonymous = (await this.ask()) || ""; } // refused: the site's page keeps it
    const headers = { "content-type": "application/json", ...(anonymous ? { "x-wasl-visitor": anonymous } : {}) };
    const response = await fetch("/chat/customer", { method: "POST", headers, body: JSON.stringify({ token: given }) }).catch(() => null);
    const body = await response?.json().catch(() => null);
    if (!response?.ok || !body?.visitor) { console.warn(`Wasl: the site's customer token was not taken: ${body?.message || "no connection"}`); return null; }
    if (anonymous) this.forget();
    return body.visitor;
  }

  keep(token) {
    try { localStorage.setItem(KEY, token); } catch { this.tell("keep", { token }); }
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
