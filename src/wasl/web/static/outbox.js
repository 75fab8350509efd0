// Messages that the server has not confirmed: kept in the browser, sent one after the other, again and again under the same id,
// so that a lost connection, a closed page or a restarted server neither loses nor doubles one.

import { freshId } from "./net.js";

const WAIT_MS_MAX = 8_000;
const KEPT_MAX = 50;

export class Outbox {
  // post(item) resolves to the server's answer or throws {status}; told(item, state, answer) is called at every change.
  constructor({ key, post, told }) {
    Object.assign(this, { key: `wasl.outbox.${key}`, post, told, running: false, wait: 500 });
    this.items = this.read();
    addEventListener("online", () => this.hurry());
  }

  read() { try { return JSON.parse(localStorage.getItem(this.key)) || []; } catch { return []; } }

  write() { try { localStorage.setItem(this.key, JSON.stringify(this.items.slice(-KEPT_MAX))); } catch { /* private mode: memory alone keeps them */ } }

  add(message) {
    const item = { id: freshId(), at: Date.now(), ...message };
    this.items.push(item);
    this.write();
    this.run();
    return item;
  }

  hurry() { this.wait = 500; this.wake?.(); }

  drop(item) { this.items = this.items.filter((other) => other.id !== item.id); this.write(); }

  retry(item) { item.refused = false; this.run(); }

  async run() {
    if (this.running) return;
    this.running = true;
    for (let item = this.next(); item; item = this.next()) {
      this.told(item, "sending");
      try {
        const answer = await this.post(item);
        this.drop(item);
        this.wait = 500;
        this.told(item, "kept", answer);
      } catch (error) {
        const lasting = error.status && error.status !== 429 && error.status < 500;
        if (lasting) { item.refused = true; this.told(item, "refused", error); continue; }
        this.told(item, error.status === 429 ? "sending" : "waiting", error);
        const wait = error.retryAfter ? error.retryAfter * 1000 : this.wait;
        this.wait = Math.min(this.wait * 1.8, WAIT_MS_MAX);
        await new Promise((resolve) => { this.wake = resolve; setTimeout(resolve, wait); });
      }
    }
    this.running = false;
  }

  next() { return this.items.find((item) => !item.refused); }
}
