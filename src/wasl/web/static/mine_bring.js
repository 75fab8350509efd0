// Bringing conversations: files go up with progress, are looked through, and come in when the person says so.

import { ask, datesOf, facts, fail, find, headers, ready, tell } from "./mine.js";
import { Failed, follow, request } from "./net.js";
import { comma, count, dayOf, el, number, page, say, sizeOf, timeOf } from "./page.js";

const zone = find("zone"), going = find("going"), bar = find("bar");
let draft = null, stream = null, call = null;

const show = (part) => { for (const id of ["zone", "going", "preview", "report"]) find(id).hidden = id !== part; };
function progress(words, share) { show("going"); find("going-head").textContent = words; if (share === null) bar.removeAttribute("value"); else bar.value = share; }

function upload(file) {
  return new Promise((resolve, reject) => {
    call = new XMLHttpRequest();
    call.open("POST", `/my/imports/${draft}/files`);
    for (const [key, value] of Object.entries({ ...headers(), "x-wasl-name": encodeURIComponent(file.webkitRelativePath || file.name) })) call.setRequestHeader(key, value);
    call.upload.addEventListener("progress", (event) => progress(say("uploading", { name: file.name }), event.lengthComputable ? event.loaded / event.total : null));
    call.addEventListener("load", () => (call.status < 300 ? resolve() : reject(new Failed(call.status, parsed(call.responseText), 0))));
    call.addEventListener("error", () => reject(new Error("lost")));
    call.addEventListener("abort", () => reject(new Error("stopped")));
    call.send(file);
  });
}
const parsed = (text) => { try { return JSON.parse(text); } catch { return {}; } };

async function take(files) {
  const list = [...files];
  if (!list.length) return;
  const large = list.find((file) => file.size > page.offers.import_bytes_max);
  if (large) { tell(say("too_large", { name: large.name, size: sizeOf(page.offers.import_bytes_max) }), "wrong"); return; }
  const made = await ask("/my/imports", { json: { name: list[0].name } });
  if (!made) return;
  draft = made.id;
  try {
    for (const file of list) await upload(file);
    await request(`/my/imports/${draft}/preview`, { headers: headers(), json: {} });
    watch();
  } catch (error) { show("zone"); if (error.message !== "stopped") fail(error); await leave(); }
}

// One stream tells of reading and storing; at its end it tells the last step again.
function watch() {
  stream?.stop();
  progress(say("reading"), null);
  let last = "";
  stream = follow(`/my/imports/${draft}/events`, { headers, onState: (state) => { if (state === "out") location.reload(); }, onEvent: ({ event, data }) => {
    if (event === "progress") progress(data.stage === "storing" ? say("storing") : say("reading"), data.total ? Math.min(1, data.read / data.total) : null);
    if (["preview", "report", "failed"].includes(event)) {
      if (last === event) return;
      last = event;
      stream.stop();
      if (event === "preview") preview(data);
      if (event === "report") report(data);
      if (event === "failed") { show("zone"); tell(say(data.error === "malformed" ? "not_read" : data.error === "toolarge" ? "file_too_large" : data.error === "later" ? "later" : "failed"), "wrong"); draft = null; }
    }
  } });
}

function question(one) {
  const name = `q-${one.id}`;
  return el("fieldset", {}, el("legend", {}, say(one.id.startsWith("self:") ? "ask_self" : `ask_${one.id}`, { chat: one.chat || "" })), // Reasons are told in English by the formats; the question itself says enough to readers of another language.
    one.why && document.documentElement.lang === "en" ? el("p", { class: "quiet small", dir: "auto" }, one.why) : "",
    one.options.length ? el("div", {}, ...one.options.map(([value, words]) => el("label", { class: "option-line" },
      el("input", { type: "radio", name, value, checked: value === one.guess }), el("bdi", {}, words))))
      : el("input", { class: "field", name, value: one.guess || "", dir: "ltr", "aria-label": say("ask_zone"), list: null }));
}

const named = (names) => names.flatMap((name, place) => [place ? comma : "", el("bdi", {}, name)]);

function preview(data) {
  show("preview");
  find("preview-head").focus();
  facts(find("found"), [[say("found_format"), data.format], [say("found_chats"), data.counts.chats || 0], [say("found_people"), data.counts.participants || 0], [say("found_messages"), data.counts.entries || 0], [say("found_rejects"), data.counts.rejects || 0]]);
  find("found-chats").replaceChildren(...data.chats.slice(0, 20).map((chat) => el("li", {}, el("span", { class: "what" }, el("bdi", {}, chat.title),
    el("span", { class: "quiet small" }, ...named(chat.people))), el("span", { class: "quiet small" }, count("entries", chat.entries), chat.first ? ` · ${datesOf(chat.first, chat.last)}` : ""))),
  ...(data.chats.length > 20 ? [el("li", { class: "quiet" }, say("and_more", { n: number(data.chats.length - 20) }))] : []));
  find("questions").replaceChildren(...data.questions.map(question));
}

function report(data) {
  show("report");
  find("report-head").focus();
  find("sum").textContent = say("sum", { read: number(data.read), stored: number(data.stored), there: number(data.there), rejected: number(data.rejected) });
  facts(find("counts"), [[say("found_messages"), data.read], [say("stored"), data.stored], [say("there_already"), data.there], [say("found_rejects"), data.rejected]]);
  find("rejects-part").hidden = !data.rejects.length;
  find("rejects").replaceChildren(...data.rejects.map((one) => el("li", {}, el("code", { dir: "ltr" }, one.where), " ", one.why, one.sample ? el("p", { class: "quiet", dir: "auto" }, one.sample) : "")));
  draft = null;
  imports();
}

async function leave() {
  stream?.stop();
  if (draft) await request(`/my/imports/${draft}/drop`, { headers: headers(), json: {} }).catch(() => {});
  draft = null;
  show("zone");
}

find("start")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answers = {};
  for (const [name, value] of new FormData(find("start"))) if (value) answers[name.slice(2)] = value;
  if (await ask(`/my/imports/${draft}/start`, { json: { answers } })) watch();
});
find("drop")?.addEventListener("click", leave);
find("stop")?.addEventListener("click", () => { call?.abort(); leave(); });

async function imports() {
  const answer = await ask("/my/imports");
  if (!answer) return null;
  find("imports-none").hidden = answer.imports.length > 0;
  find("imports").replaceChildren(...answer.imports.map((one) => el("li", {}, el("span", { class: "what" }, el("bdi", {}, one.name),
    el("span", { class: "quiet small" }, `${dayOf(one.at)} ${timeOf(one.at)} · ${count(`import_${one.state}`, one.here)}`)),
  el("button", { type: "button", class: "button plain slim", onclick: async (event) => {
    const button = event.currentTarget;
    if (button.dataset.sure !== "1") { button.dataset.sure = "1"; button.textContent = say("sure"); return; }
    if (await ask(`/my/imports/${one.id}/take-back`, { json: {} })) { await imports(); tell(say("taken_back")); }
  } }, say("take_back")))));
  return answer.open;
}

if (zone) {
  find("pick").addEventListener("click", () => find("files").click());
  find("files").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
  addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
  addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("over"); if (event.dataTransfer?.files.length) take(event.dataTransfer.files); });
  draft = await imports(); // under way before this page was loaded: it goes on where it is
  if (draft) watch();
}
ready();
