// Talking to the server: JSON requests and one live stream that reconnects by itself and names what it already has.

export class Failed extends Error {
  constructor(status, body, retryAfter) { super(`HTTP ${status}`); this.status = status; this.body = body; this.retryAfter = retryAfter; }
}

export async function request(path, { headers = {}, json, method } = {}) {
  const options = { headers: { accept: "application/json", ...headers }, method: method || (json === undefined ? "GET" : "POST"), cache: "no-store" };
  if (json !== undefined) { options.body = JSON.stringify(json); options.headers["content-type"] = "application/json"; }
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failed(response.status, body, Number(response.headers.get("retry-after")) || 0);
  return body;
}

const SILENCE_MS = 45_000;
const WAIT_MS_MIN = 400;
const WAIT_MS_MAX = 10_000;

// onEvent({event, id, data}); onState("live" | "lost"). lastId() is asked at each connection.
export function follow(path, { headers = () => ({}), lastId = () => 0, onEvent, onState = () => {} }) {
  let wait = WAIT_MS_MIN, stopped = false, abort = null, timer = 0, wake = null;

  const rest = (ms) => new Promise((resolve) => { wake = resolve; timer = setTimeout(resolve, ms); });
  const hurry = () => { clearTimeout(timer); wait = WAIT_MS_MIN; wake?.(); };

  async function once() {
    abort = new AbortController();
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const response = await fetch(path, {
        headers: { accept: "text/event-stream", "last-event-id": String(lastId()), ...headers() }, signal: abort.signal, cache: "no-store",
      });
      if (!response.ok || !response.body) throw new Failed(response.status, {}, Number(response.headers.get("retry-after")) || 0);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence); silence = setTimeout(() => abort.abort(), SILENCE_MS);
        rest += value;
        const frames = rest.split("\n\n");
        rest = frames.pop();
        for (const text of frames) {
          const frame = parse(text);
          if (!frame) continue;
          if (frame.event === "ready") { wait = WAIT_MS_MIN; onState("live"); }
          onEvent(frame);
        }
      }
    } finally { clearTimeout(silence); }
  }

  async function run() {
    while (!stopped) {
      try { await once(); } catch (error) {
        if (error instanceof Failed && error.status === 401) { onState("out"); return; }
      }
      if (stopped) return;
      onState("lost");
      await rest(wait * (0.7 + Math.random() * 0.6));
      wait = Math.min(wait * 1.7, WAIT_MS_MAX);
    }
  }

  addEventListener("online", hurry);
  addEventListener("offline", () => abort?.abort());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
  run();
  return { stop() { stopped = true; abort?.abort(); hurry(); } };
}

function parse(text) {
  const frame = { event: "message", id: null, data: null };
  let lines = 0;
  for (const line of text.split("\n")) {
    const at = line.indexOf(":");
    if (at <= 0) continue;
    const value = line.slice(at + 1).replace(/^ /, "");
    const field = line.slice(0, at);
    if (field === "event") frame.event = value;
    else if (field === "id") frame.id = value;
    else if (field === "data") { frame.data = value; lines += 1; }
  }
  if (!lines) return null;
  frame.data = JSON.parse(frame.data);
  return frame;
}

// A stable key that works without a secure context, unlike crypto.randomUUID.
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
