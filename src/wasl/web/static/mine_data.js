// Taking everything along, and erasing it.

import { ask, counted, facts, find, ready } from "./mine.js";
import { count, momentOf, say } from "./page.js";

find("export")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = find("export").querySelector("button");
  button.disabled = true;
  const answer = await ask("/my/exports", { json: { format: new FormData(find("export")).get("format") } });
  button.disabled = false;
  if (!answer) return;
  find("made").hidden = false;
  find("fetch").href = answer.url;
  find("made-words").textContent = say("made", { when: momentOf(answer.expires) });
  find("made-words").focus();
});
find("fetch")?.addEventListener("click", () => setTimeout(() => { find("made").hidden = true; }, 500));

find("ask-received")?.addEventListener("click", async () => {
  const answer = await ask("/my/received", { json: {} });
  if (!answer) return;
  const rows = answer.providers.map((p) => [p.region ? `${p.provider} (${p.region})` : p.provider, `${count("times", p.calls)} · ${momentOf(p.since_ms)} – ${momentOf(p.until_ms)}`]);
  facts(find("received"), rows);
  find("received-none").hidden = rows.length > 0;
  find("received-shown").hidden = false;
  find("ask-received").hidden = true;
  find("received-shown").focus();
});
find("weigh")?.addEventListener("click", async () => {
  const answer = await ask("/my/erasure/weigh", { json: {} });
  if (!answer) return;
  facts(find("weighed"), counted(answer.counts));
  find("erase-code").textContent = answer.code;
  find("ask-erase").hidden = true;
  find("erase").hidden = false;
  find("erase-typed").focus();
});
find("keep")?.addEventListener("click", () => { find("erase").hidden = true; find("ask-erase").hidden = false; find("weigh").focus(); });
find("erase")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask("/my/erasure", { json: { code: find("erase-typed").value.trim() } });
  if (!answer) { find("erase-typed").select(); return; }
  find("erase").hidden = true;
  find("receipt").hidden = false;
  facts(find("erased"), counted(answer.receipt.counts || {}));
  find("receipt-id").textContent = answer.id;
  find("save-receipt").href = URL.createObjectURL(new Blob([JSON.stringify(answer.receipt, null, 2)], { type: "application/json" }));
  find("receipt-head").focus();
});
ready();
