// Signing in, for the web's own sake: an e-mail link, a passkey. What the operator does not offer is not shown.

import { ask, entered, find, tell } from "./mine.js";
import { el, icon, number, page, say } from "./page.js";

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function makePasskey() {
  const options = await ask("/my/account/passkey/options", { json: { what: "make" } });
  if (!options) return false;
  const made = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytesOf(options.challenge), user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: (options.excludeCredentials || []).map((one) => ({ ...one, id: bytesOf(one.id) })),
  } });
  const credential = { id: made.id, rawId: textOf(made.rawId), type: made.type,
    response: { clientDataJSON: textOf(made.response.clientDataJSON), attestationObject: textOf(made.response.attestationObject) } };
  return Boolean(await ask("/my/account/passkey/make", { json: { credential } }));
}

async function usePasskey() {
  const options = await ask("/my/account/passkey/options", { json: { what: "use" } });
  if (!options) return;
  const used = await navigator.credentials.get({ publicKey: { ...options, challenge: bytesOf(options.challenge), allowCredentials: [] } });
  const { response } = used;
  const credential = { id: used.id, rawId: textOf(used.rawId), type: used.type, response: {
    clientDataJSON: textOf(response.clientDataJSON), authenticatorData: textOf(response.authenticatorData), signature: textOf(response.signature),
    userHandle: response.userHandle ? textOf(response.userHandle) : null,
  } };
  const answer = await ask("/my/account/passkey/use", { json: { credential, embedded: page.embedded } });
  if (answer) entered(answer.visitor);
}

const passkey = (act, done) => async (event) => {
  event.currentTarget.disabled = true;
  const button = event.currentTarget;
  try { if (await act()) await done(); } catch { tell(say("no_passkey"), "wrong"); } finally { button.disabled = false; }
};

const button = (name, words, onclick, kind = "button plain") => el("button", { type: "button", class: kind, onclick }, name ? icon(name, 20) : null, words);

function mailForm() {
  const field = el("input", { class: "field", type: "email", required: true, autocomplete: "email", dir: "ltr", maxlength: 254, id: "email" });
  const form = el("form", { class: "form", id: "mail-form" }, el("div", { class: "row" }, el("label", { for: "email" }, say("email"), field), el("button", { class: "button plain" }, say("send_link"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await ask("/my/account/mail", { json: { email: field.value.trim() } })) { form.replaceChildren(el("p", { role: "status" }, say("link_sent"))); tell(say("link_sent")); }
  });
  return form;
}

export async function account(place) {
  const answer = await ask("/my/account");
  if (!answer) return;
  const able = answer.passkey && Boolean(window.PublicKeyCredential) && !page.embedded;
  const known = answer.accounts.length > 0 || answer.passkeys > 0;
  if (!answer.mail && !able && !known) return;
  const out = async (everywhere) => { if (await ask("/my/account/out", { json: { everywhere } })) entered(""); };
  place.replaceChildren(el("section", { class: "card form", "aria-labelledby": "account-head" },
    el("h2", { id: "account-head" }, say("account")),
    el("p", { class: "quiet" }, known ? say("account_known") : say("account_why")),
    ...answer.accounts.map((email) => el("p", {}, el("bdi", { dir: "ltr" }, email))),
    answer.passkeys ? el("p", { class: "quiet small" }, say("passkeys", { n: number(answer.passkeys) })) : null,
    answer.mail && !answer.accounts.length ? mailForm() : null,
    able ? el("div", { class: "row" }, button("", say("passkey_make"), passkey(makePasskey, async () => { await account(place); tell(say("passkey_made")); })),
      known ? null : button("", say("passkey_use"), passkey(usePasskey, async () => {}))) : null,
    known ? el("div", { class: "row" }, button("", say("sign_out"), () => out(false)), button("", say("sign_out_all"), () => out(true))) : null));
  find("account").hidden = false;
}
