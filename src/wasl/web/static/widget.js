// One line on any website: <script src="https://HOST/widget.js" async></script>
// Options: data-language="ar" data-side="start|end" data-colour="#0d5b57" data-title="…" data-label="…" data-open="true" data-token="…".
// The button and the panel stand in a closed shadow tree with a sheet of their own; the talk itself is a frame from HOST.
(() => {
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (!script || window.__waslWidget) return;
  window.__waslWidget = true;
  const home = new URL(script.src).origin;
  const options = script.dataset;
  const language = (options.language || document.documentElement.lang || navigator.language || "en").toLowerCase().split("-")[0];
  const arabic = language === "ar";
  const words = arabic ? { open: "افتح المحادثة", close: "أغلق المحادثة", fresh: "رسائل جديدة: ", away: "المحادثة غير متاحة هنا الآن." } : { open: "Open the chat", close: "Close the chat", fresh: "New messages: ", away: "The chat is not available here now." };
  const colour = /^#[0-9a-f]{6}$/i.test(options.colour || "") ? options.colour : "#0d5b57";
  const onColour = (() => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.4 ? "#111" : "#fff";
  })();
  const WAIT_MS = 3_000;
  const atStart = options.side === "start";

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    .root { position: fixed; z-index: 2147483000; inset-block-end: max(16px, env(safe-area-inset-bottom)); ${atStart ? "inset-inline-start" : "inset-inline-end"}: 16px;
      font: 16px/1.4 system-ui, "Segoe UI", Tahoma, sans-serif; }
    button { display: flex; align-items: center; justify-content: center; gap: 10px; box-sizing: border-box; min-width: 56px; height: 56px; padding: 0 16px; margin: 0; border: 0; border-radius: 28px;
      background: ${colour}; color: ${onColour}; font: inherit; cursor: pointer; box-shadow: 0 2px 6px rgb(0 0 0 / .12), 0 10px 30px -8px rgb(0 0 0 / .35); margin-inline-start: auto; }
    .at-start button { margin-inline: 0 auto; }
    button:focus-visible { outline: 3px solid ${onColour}; outline-offset: -6px; }
    svg { display: block; flex: none; }
    .count { min-width: 22px; box-sizing: border-box; padding: 0 6px; border-radius: 11px; background: #fff; color: #8a3a12; font-size: 13px; line-height: 22px; text-align: center; }
    .panel { box-sizing: border-box; width: min(400px, calc(100vw - 32px)); height: min(640px, calc(100vh - 112px)); margin-block-end: 12px; border-radius: 20px; overflow: hidden; background: Canvas;
      box-shadow: 0 4px 12px rgb(0 0 0 / .1), 0 24px 60px -16px rgb(0 0 0 / .4); }
    iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: normal; }
    [hidden] { display: none !important; }
    .gone .panel { height: auto; }
    .away { margin: 0; padding: 24px; color: CanvasText; }
    @media (max-width: 480px), (max-height: 480px) {
      .open:not(.gone) .panel { position: fixed; inset: 0; width: 100%; height: 100%; margin: 0; border-radius: 0; }
      .open:not(.gone) button { display: none; }
    }
    @media (prefers-reduced-motion: no-preference) { .panel { animation: rise .18s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(8px); } } }
    @media print { .root { display: none; } }
  `);
  const host = document.createElement("wasl-chat");
  const shadow = host.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [sheet];
  const make = (name, attributes = {}) => { const node = document.createElement(name); for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v); return node; };
  const root = make("div", { class: `root${atStart ? " at-start" : ""}`, dir: arabic ? "rtl" : "ltr", lang: language });
  const panel = make("div", { class: "panel", hidden: "" });
  const button = make("button", { type: "button", "aria-expanded": "false", "aria-label": words.open });
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  for (const [k, v] of Object.entries({ width: 28, height: 28, viewBox: "0 0 32 32", fill: "none", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) drawing.setAttribute(k, v);
  const stroke = document.createElementNS(space, "path");
  stroke.setAttribute("d", "M3.5 14.5 8.7 21.5H22c4.2 0 6.8-2.6 6.8-5.7 0-3-2.2-5-4.9-5-4.1 0-7.2 4.9-10 10.7");
  drawing.append(stroke);
  const count = make("span", { class: "count", hidden: "" });
  button.append(drawing);
  if (options.label) { const label = make("span"); label.textContent = options.label; button.append(label); }
  button.append(count);
  root.append(panel, button);
  shadow.append(root);

  let token = options.token || "";
  let frame = null, ready = false, open = false, quiet = false;
  const tell = (act) => { if (ready) frame.contentWindow.postMessage({ wasl: 1, act }, home); };
  // Whoever opens the chat writes in it next; a chat that the site opens by itself takes the focus from nobody.
  const show = () => { if (!quiet) frame.focus(); tell(quiet ? "shown" : "open"); };
  const fresh = (n) => { count.hidden = !n; count.textContent = n ? String(n) : ""; button.setAttribute("aria-label", n ? words.fresh + n : words.open); };

  // Asked only where the browser refuses the frame a storage of its own.
  const kept = () => { try { return localStorage.getItem("wasl.visitor"); } catch { return null; } };
  const keep = (token) => { try { localStorage.setItem("wasl.visitor", token); } catch { /* then the talk lasts as long as the page */ } };

  function load() {
    if (frame) return;
    const asked = new URLSearchParams({ lang: language, site: location.origin });
    if (options.colour) asked.set("colour", colour);
    if (options.title) asked.set("title", options.title);
    if (token) asked.set("known", "1");
    frame = make("iframe", { src: `${home}/widget?${asked}`, title: options.title || words.open, allow: "clipboard-write", referrerpolicy: "no-referrer" });
    const asking = frame;
    frame.addEventListener("load", () => setTimeout(() => { if (frame === asking && !ready && location.origin !== "null") unreached(); }, WAIT_MS));
    panel.append(frame);
  }

  // A browser shows its own broken page where the frame was refused or nobody answers: visitors read a sentence, the site's owner why.
  function unreached() {
    const said = make("p", { class: "away", role: "status" });
    said.textContent = words.away;
    panel.replaceChildren(said);
    frame = null;
    root.classList.add("gone");
    console.warn(`Wasl: the chat at ${home} could not be shown on ${location.origin}; is the server up, and this site in channels.webchat.sites?`);
  }

  function set(next, alone = false) {
    open = next;
    quiet = alone;
    if (open && !frame) { panel.replaceChildren(); root.classList.remove("gone"); load(); }
    panel.hidden = !open;
    root.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? words.close : words.open);
    if (open) { fresh(0); button.setAttribute("aria-label", words.close); show(); }
    else { tell("close"); button.focus(); }
  }

  button.addEventListener("click", () => set(!open));
  addEventListener("message", (event) => {
    if (event.origin !== home || !frame || event.source !== frame.contentWindow || event.data?.wasl !== 1) return;
    if (event.data.act === "ready") { ready = true; if (open) show(); }
    if (event.data.act === "ask") frame.contentWindow.postMessage({ wasl: 1, act: "kept", token: kept() }, home);
    if (event.data.act === "identify") frame.contentWindow.postMessage({ wasl: 1, act: "identity", token }, home);
    if (event.data.act === "keep") keep(String(event.data.token).slice(0, 200));
    if (event.data.act === "close" && open) set(false);
    if (event.data.act === "message" && !open) fresh(Number(event.data.count) || 1);
    if (event.data.act === "read") fresh(0);
  });
  const begin = () => { document.body.append(host); if (options.open === "true") set(true, true); };
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
  // identify("…"): another customer, or (empty) nobody any more; the talk begins anew.
  const identify = (next) => { token = String(next || ""); if (frame) { frame.remove(); frame = null; ready = false; load(); } };
  window.wasl = Object.freeze({ open: () => set(true), close: () => set(false), identify });
})();
