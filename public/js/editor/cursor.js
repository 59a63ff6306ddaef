/**
 * Where this tab stands in the stream of a job (D2, D3): the last place received, and the text up
 * to there. Both are kept in one entry per project, so that a reload goes on without a gap or a
 * repeat.
 */
import { signal } from '@preact/signals';
import { throttle } from '../ui/dom.js';
import { slot } from '../net/slot.ts';

const SAVE_EVERY_MS = 400;
const TAIL_CHARS = 2_000;

/** @typedef {{ jobId: string, attempt: number, seq: number }} Place */
/**
 * @typedef {{ place?: Place, tail?: string, brief?: string, ended?: boolean,
 * words?: import('./sketch.tsx').SketchWords | null }} Kept
 */

export class JobCursor {
  /** @type {Place | null} */
  #place = null;
  /** The end of what the AI wrote. */
  tail = signal('');
  /** What the game is to become, in words of the design; '' = unknown. */
  brief = signal('');
  /** What its sketch takes over from the design. */
  words = signal(/** @type {import('./sketch.tsx').SketchWords | null} */ (null));
  #ended = false;

  /** @param {string} projectId */
  constructor(projectId) {
    /** @type {ReturnType<typeof slot<Kept>>} */
    this.slot = slot(`dreamcore_cursor_${projectId}`);
    this.save = throttle(() => this.#saveNow(), SAVE_EVERY_MS);
    window.addEventListener('pagehide', () => this.#saveNow());
    this.#load();
  }

  get jobId() {
    return this.#place?.jobId ?? null;
  }

  /** What `selectProject` sends as `since`; nothing is missing of a job whose end was seen. */
  get since() {
    return this.#place && !this.#ended ? this.#place : undefined;
  }

  /** A new job begins at its start; the job we are already in goes on. @param {string} jobId */
  follow(jobId) {
    if (this.#place?.jobId === jobId) return;
    this.#place = { jobId, attempt: 0, seq: 0 };
    this.tail.value = '';
    this.brief.value = '';
    this.words.value = null;
    this.#ended = false;
    this.save();
  }

  /** The end of this job was shown. @param {string | undefined} jobId */
  end(jobId) {
    if (jobId !== undefined && jobId !== this.#place?.jobId) return;
    this.#ended = true;
    this.#saveNow();
  }

  /**
   * Is this frame news? Frames without a place are taken as they come.
   * @param {{ jobId?: string | undefined, attempt?: number | undefined, seq?: number | undefined }}
   * frame
   */
  accepts({ jobId, attempt, seq }) {
    if (!this.#place || jobId !== this.#place.jobId || attempt === undefined || seq === undefined)
      return true;
    const { attempt: lastAttempt, seq: lastSeq } = this.#place;
    if (attempt < lastAttempt || (attempt === lastAttempt && seq <= lastSeq)) return false;
    this.#place = { jobId, attempt, seq };
    this.save();
    return true;
  }

  /** @param {string} brief @param {import('./sketch.tsx').SketchWords | null} words */
  keepBrief(brief, words) {
    this.brief.value = brief;
    this.words.value = words;
    this.save();
  }

  /** @param {string} content */
  append(content) {
    this.tail.value = (this.tail.value + content).slice(-TAIL_CHARS);
    this.save();
  }

  /**
   * What follows does not continue the text: a later attempt, or a gap in this one that cannot be
   * filled. @param {{ jobId: string, attempt: number }} reset @returns {boolean} whether the text
   * was cleared
   */
  reset({ jobId, attempt }) {
    if (this.#place && (jobId !== this.#place.jobId || attempt < this.#place.attempt)) return false;
    if (attempt !== this.#place?.attempt) this.#place = { jobId, attempt, seq: 0 };
    this.tail.value = '';
    this.save();
    return true;
  }

  #saveNow() {
    if (this.#place)
      this.slot.put({
        place: this.#place,
        tail: this.tail.value,
        brief: this.brief.value,
        words: this.words.value,
        ended: this.#ended,
      });
  }

  #load() {
    const kept = this.slot.read();
    const { jobId, attempt, seq } = kept?.place ?? {};
    const isPlace = Number.isInteger(attempt) && Number.isInteger(seq);
    if (!kept || typeof jobId !== 'string' || !isPlace || typeof kept.tail !== 'string') return;
    this.#place = kept.place ?? null;
    this.tail.value = kept.tail;
    this.brief.value = kept.brief ?? '';
    this.words.value = kept.words ?? null;
    this.#ended = kept.ended === true;
  }
}
