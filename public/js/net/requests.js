/**
 * Questions over the socket that have one answer. Frames carry no request id, so one question is
 * asked at a time and an `error` frame belongs to the question that is open.
 */
import { explainFailure } from '../texts/server-words.js';
import { text } from '../texts/index.js';

/** @typedef {import('../types.js').ServerFrame} ServerFrame */

const ANSWER_WITHIN_MS = 15_000;

export class Requests {
  /**
   * @type {{ isAnswer: (frame: ServerFrame) => boolean, resolve: (frame: ServerFrame) => void,
   * reject: (error: Error) => void } | null}
   */
  #open = null;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {(frame: { type: string }) => boolean} send */
  constructor(send) {
    this.send = send;
  }

  /**
   * @template {ServerFrame['type']} T
   * @param {{ type: string, [field: string]: unknown }} frame
   * @param {T} answerType
   * @param {{ timeoutMs?: number, where?: (frame: import('../types.js').Frame<T>) => boolean }}
   * [options]
   * @returns {Promise<import('../types.js').Frame<T>>} rejects with a sentence for the person
   */
  ask(frame, answerType, { timeoutMs = ANSWER_WITHIN_MS, where = () => true } = {}) {
    /** @param {ServerFrame} candidate */
    const isAnswer = (candidate) =>
      candidate.type === answerType &&
      where(/** @type {import('../types.js').Frame<T>} */ (candidate));
    const answer = this.#last.then(() => this.#askNow(frame, isAnswer, timeoutMs));
    this.#last = answer.catch(() => {
      /* the next question may be asked all the same */
    });
    return /** @type {Promise<import('../types.js').Frame<T>>} */ (answer);
  }

  /**
   * @param {{ type: string }} frame
   * @param {(frame: ServerFrame) => boolean} isAnswer
   * @param {number} timeoutMs
   * @returns {Promise<ServerFrame>}
   */
  #askNow(frame, isAnswer, timeoutMs) {
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => reject(new Error(text.noAnswer)), timeoutMs);
      this.#open = { isAnswer, resolve, reject };
      const done = () => {
        window.clearTimeout(timer);
        this.#open = null;
      };
      this.#open.resolve = (answer) => {
        done();
        resolve(answer);
      };
      this.#open.reject = (error) => {
        done();
        reject(error);
      };
      if (!this.send(frame)) this.#open.reject(new Error(text.offline));
    });
  }

  /**
   * Offers a frame to the open question.
   * @param {ServerFrame} frame
   * @returns {boolean} true when the frame was the question's failure and nobody else's business
   */
  take(frame) {
    const open = this.#open;
    if (!open) return false;
    if (frame.type === 'error') {
      open.reject(
        new Error(
          explainFailure({ ...frame.error, message: frame.message ?? frame.error?.message })
            .sentence,
        ),
      );
      return true;
    }
    if (open.isAnswer(frame)) open.resolve(frame);
    return false;
  }

  /** The socket is gone: the open question will not be answered. */
  lost() {
    this.#open?.reject(new Error(text.offline));
  }
}
