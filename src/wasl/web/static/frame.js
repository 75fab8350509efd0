// The side of the chat that speaks with the page it is framed in; on its own page it does nothing.

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
    });
    document.getElementById("leave")?.addEventListener("click", () => this.tell("close"));
    addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.tell("close"); });
    this.tell("ready");
  }

  tell(act, values = {}) { if (this.embedded && this.site) window.parent.postMessage({ wasl: 1, act, ...values }, this.site); }

  keep(name, value) {
    try {
      const kept = localStorage.getItem(`wasl.${name}`);
      if (kept) return kept;
      localStorage.setItem(`wasl.${name}`, value);
    } catch { /* storage is refused to frames here: the talk lasts as long as the page */ }
    return value;
  }

  forget(name) { try { localStorage.removeItem(`wasl.${name}`); } catch { /* nothing was kept */ } }

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
