// The page's conductor: follows the simulators, drives the phones, the switches, the plug and the log.
import { make, TelegramPhone, WhatsAppPhone } from "./phones.js";

const setup = JSON.parse(document.getElementById("setup").textContent);
const { words, language } = setup;
const WIRE_MAX = 250;

async function act(name, value) {
  const answer = await fetch(`/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

const tools = { words, language, act };
const phones = {
  whatsapp: new WhatsAppPhone(document.querySelector('[data-phone="whatsapp"]'), tools),
  telegram: new TelegramPhone(document.querySelector('[data-phone="telegram"]'), tools),
};

// -- the third phone is the real web chat; it is opened as its widget opens it
const frame = document.querySelector("iframe");
addEventListener("message", (event) => {
  if (event.source === frame.contentWindow && event.data?.wasl === 1 && event.data.act === "ready") frame.contentWindow.postMessage({ wasl: 1, act: "open" }, setup.wasl);
});
frame.src = `${frame.dataset.src}&site=${encodeURIComponent(location.origin)}`;

// -- faults and the plug
const switches = [...document.querySelectorAll(".switch")];
for (const one of switches) {
  one.addEventListener("click", async () => {
    const on = one.getAttribute("aria-pressed") !== "true";
    one.setAttribute("aria-pressed", String(on));
    paint(await act("faults", { where: one.dataset.where, kind: one.dataset.kind, on }));
  });
}
const plug = document.getElementById("plug");
plug.addEventListener("click", async () => {
  const on = document.body.dataset.wasl !== "up";
  plug.disabled = true;
  try { paint(await act("plug", { on })); } finally { plug.disabled = false; }
});
function paint(state) {
  for (const one of switches) one.setAttribute("aria-pressed", String(state.faults.some(([where, kind]) => where === one.dataset.where && kind === one.dataset.kind)));
  wasl(state.wasl);
}
function wasl(state) {
  document.body.dataset.wasl = state;
  document.getElementById("wasl-state").textContent = words[state];
  plug.querySelector("span").textContent = state === "up" ? words.plug : words.plug_again;
}

// -- the wire
const list = document.getElementById("wire"), blank = document.getElementById("wire-empty");
document.getElementById("clear").addEventListener("click", () => { list.replaceChildren(); blank.hidden = false; });
const titles = { whatsapp: "WhatsApp", telegram: "Telegram", first: words.first, second: words.second, wasl: words.wasl };
const arrow = document.dir === "rtl" ? "←" : "→";
const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", numberingSystem: "latn", hour12: false });
function wire(h) {
  let way, note, code, kind = "";
  if (h.kind === "webhook") { way = `${titles[h.at]} ${arrow} ${words.wasl}`; note = `${words.webhook}: ${h.note}`; code = h.status; }
  else if (h.kind === "call") { way = `${words.wasl} ${arrow} ${titles[h.at]}`; note = h.note; code = h.status; }
  else if (h.kind === "plug" && h.state !== "starting") { way = words.wasl; note = h.state === "up" ? words.started : words.killed; code = "●"; kind = h.state === "up" ? "event" : "bad"; }
  else if (h.kind === "fault") { way = titles[h.where]; note = words[`f_${h.fault}`]; code = h.on ? "+" : "−"; kind = "event"; }
  else return;
  if (typeof code === "number" && (code < 200 || code >= 300)) kind = "bad";
  const summary = make("summary", {},
    make("time", { dir: "ltr" }, time.format(h.told_ms)), make("span", { class: "way" }, way), make("span", { class: "note" }, make("bdi", {}, String(note))), make("span", { class: "code", dir: "ltr" }, code === 0 ? "×" : String(code)));
  if (code === 0) summary.lastChild.title = words.broke;
  const details = make("details", {}, summary);
  if (h.body || h.answer) details.append(make("pre", { dir: "ltr" }, pretty(h.body) + (h.answer ? `\n\n${arrow} ${h.answer}` : "")));
  list.prepend(make("li", { class: kind }, details));
  blank.hidden = true;
  while (list.children.length > WIRE_MAX) list.lastChild.remove();
}
function pretty(body) { try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; } }

// -- following
function follow() {
  const stream = new EventSource("/events");
  let first = true;
  stream.addEventListener("open", async () => {
    if (!first) location.reload(); // after a break everything is told anew
    first = false;
    paint(await (await fetch("/state")).json());
  });
  stream.addEventListener("message", (event) => {
    const h = JSON.parse(event.data);
    phones[h.at]?.take(h);
    if (h.kind === "plug") wasl(h.state);
    wire(h);
  });
  stream.addEventListener("error", () => { if (stream.readyState !== EventSource.OPEN) document.getElementById("wasl-state").textContent = words.lost; });
}
follow();
