// Signing in, for the web's own sake: an e-mail link, a passkey. Nothing is shown where the operator offers neither.

export async function account() {}
