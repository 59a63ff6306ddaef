/**
 * The message that has no answer yet. It is kept over a lost connection and a reload, and goes out
 * again with the same id: the server makes one job of it, however often it arrives (A3).
 */

const KEPT_MS = 10 * 60_000;

/** @typedef {import('../types.js').OutgoingMessage} OutgoingMessage */
/** @typedef {{ frame: OutgoingMessage, shown: string, sentAt: number }} RelayedPost */

export class Outbox {
  /** @type {RelayedPost | null} */
  #letter = null;

  /** @param {string} projectId */
  constructor(projectId) {
    this.key = `dreamcore_outbox_${projectId}`;
    this.#letter = this.#load();
  }

  get letter() {
    return this.#letter;
  }

  /** @param {OutgoingMessage} frame @param {string} shown the text of its bubble */
  put(frame, shown) {
    this.#letter = { frame, shown, sentAt: Date.now() };
    sessionStorage.setItem(this.key, JSON.stringify(this.#letter));
  }

  /** It was answered. @returns {RelayedPost | null} */
  take() {
    const letter = this.#letter;
    this.#letter = null;
    sessionStorage.removeItem(this.key);
    return letter;
  }

  /** @returns {RelayedPost | null} */
  #load() {
    try {
      const letter = JSON.parse(sessionStorage.getItem(this.key) ?? 'null');
      const whole = typeof letter?.frame?.content === 'string' && typeof letter?.shown === 'string';
      return whole && Date.now() - letter.sentAt < KEPT_MS ? letter : null;
    } catch {
      return null;
    }
  }
}
