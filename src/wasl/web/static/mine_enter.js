// The page behind a sign-in link: it takes a press, so that whoever only previews the link uses nothing up.

import { address, ask, entered, find, ready } from "./mine.js";
import { page } from "./page.js";

const key = new URLSearchParams(location.search).get("key") || "";
find("enter").addEventListener("click", async () => {
  find("enter").disabled = true;
  const answer = await ask("/my/account/enter", { json: { key, embedded: page.embedded } });
  if (answer) entered(answer.visitor, address("/link"));
  else find("enter").disabled = false;
});
ready();
