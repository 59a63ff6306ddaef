/**
 * The message that has no answer yet. It is kept over a lost connection and a reload, and goes out
 * again with the same id: the server makes one job of it, however often it arrives (A3).
 */
import { slot } from '../net/slot.ts';

const KEPT_MS = 10 * 60_000;

/** @typedef {import('../types.js').OutgoingMessage} OutgoingMessage */
/** @typedef {{ frame: OutgoingMessage, shown: string, sentAt: number }} PendingMessage */

/**
 * The frame of a message, which names itself.
 * @param {import('./job-story.ts').Sent['message']} message @returns {OutgoingMessage}
 */
export const outgoing = (message) => ({
  type: 'message',
  messageId: crypto.randomUUID(),
  queue: true,
  skipStyleSelection: true,
  ...message,
});

export class Outbox {
  /** @type {PendingMessage | null} */
  #pending = null;

  /** @param {string} projectId */
  constructor(projectId) {
    /** @type {ReturnType<typeof slot<PendingMessage>>} */
    this.slot = slot(`dreamcore_outbox_${projectId}`);
    this.#pending = this.#load();
  }

  get pending() {
    return this.#pending;
  }

  /** @param {OutgoingMessage} frame @param {string} shown the text of its bubble */
  put(frame, shown) {
    this.#pending = { frame, shown, sentAt: Date.now() };
    this.slot.put(this.#pending);
  }

  /** It was answered. @returns {PendingMessage | null} */
  take() {
    const pending = this.#pending;
    this.#pending = null;
    this.slot.drop();
    return pending;
  }

  /** @returns {PendingMessage | null} */
  #load() {
    const pending = this.slot.read();
    const isWhole =
      typeof pending?.frame?.content === 'string' && typeof pending?.shown === 'string';
    return isWhole && Date.now() - pending.sentAt < KEPT_MS ? pending : null;
  }
}
