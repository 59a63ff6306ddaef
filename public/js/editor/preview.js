/** The game in its frame: loads it, receives messages of this frame only, shows its state. */
import { fillOnFirstTouch } from '../feed/full-screen.js';
import { covers, focusGame, GAME_SANDBOX, keysButton } from '../feed/play-game.js';
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { settled } from '../ui/settled.js';
import { ErrorPanel } from './error-panel.tsx';

/** @typedef {import('../types.js').GameError} GameError */

const RUNNING_SHOWN_MS = 2_000;
/** A game page reports 500 ms after its load; later than this a HEAD request checks the page. */
const REPORTS_WITHIN_MS = 6_000;
/** Below this a job may still turn out to be a question. */
const MAKING_FROM_PERCENT = 20;
/** A game that supports new settings confirms them within this; any other is reloaded. */
const TAKEN_WITHIN_MS = 300;

export class Preview {
  #frame = byId('gamePreview', HTMLIFrameElement);
  #empty = byId('previewEmpty', HTMLDivElement);
  #status = byId('gameStatus', HTMLDivElement);
  #keys = keysButton(() => this.#frame);
  #panel;
  #hasGame = false;
  #loads = 0;
  /** What is tuned and not saved, by name. @type {Record<string, unknown> | null} */
  #tuned = null;
  /** @type {number | undefined} */
  #timer;
  /** @type {number | undefined} */
  #untaken;

  /**
   * @param {object} options
   * @param {() => Promise<string>} options.freshUrl
   * @param {() => boolean} options.isVisible a hidden game is not started
   * @param {(errors: readonly GameError[]) => boolean} options.onRepair
   * @param {import('./owner-play.ts').OwnerPlay} options.ownerPlay
   * @param {import('./sketch.tsx').Sketch} options.sketch stands in front until the game is there
   */
  constructor({ freshUrl, isVisible, onRepair, ownerPlay, sketch }) {
    this.freshUrl = freshUrl;
    this.isVisible = isVisible;
    this.ownerPlay = ownerPlay;
    this.sketch = sketch;
    this.#panel = new ErrorPanel(onRepair);
    window.addEventListener('message', (event) => {
      if (event.source !== null && event.source === this.#frame.contentWindow)
        this.#hear(event.data);
    });
  }

  get hasGame() {
    return this.#hasGame;
  }

  /** Does the game that runs here report errors? */
  get hasErrors() {
    return this.#panel.hasErrors;
  }

  /** @param {number | null} percent of the running job; null when none runs */
  setProgress(percent) {
    this.#panel.isBusy.value = percent !== null;
    const isMaking = percent !== null && percent >= MAKING_FROM_PERCENT;
    this.#empty.classList.toggle('is-making', isMaking);
    byId('previewEmptyTitle', HTMLElement).textContent = isMaking
      ? text.previewWorking1
      : text.previewEmpty1;
    byId('previewEmptyHint', HTMLElement).textContent = hintAt(percent);
  }

  /** There is a game, or a newer one: loads it if the pane is visible, else once it is. */
  refresh() {
    this.#hasGame = true;
    this.#tuned = null;
    this.#empty.hidden = true;
    if (this.sketch.keepsGameWaiting()) return;
    if (this.isVisible()) return void this.#load();
    this.sketch.withdraw();
    this.unload();
  }

  /**
   * Sends these values to the running game, or reloads it with them. Null = the saved values.
   * @param {Record<string, unknown> | null} values
   */
  tune(values) {
    this.#tuned = values;
    this.ownerPlay.drop();
    if (values === null) return this.play();
    const frame = this.#frame.contentWindow;
    window.clearTimeout(this.#untaken);
    this.#untaken = window.setTimeout(() => this.play(), TAKEN_WITHIN_MS);
    // A sandboxed page has no origin that could be named, and the values are no secret.
    frame?.postMessage({ type: 'settings', values }, '*');
  }

  /** What the game runs with is saved now. */
  tuned() {
    this.#tuned = null;
  }

  /** Reloads the game; `focus` gives it the keyboard. */
  play({ focus = false } = {}) {
    if (this.#hasGame) void this.#load(focus);
  }

  /** Silences a game that is out of sight. */
  unload() {
    this.#loads += 1;
    window.clearTimeout(this.#untaken);
    this.#replaceFrame(null);
    this.#show(null);
    this.#panel.clear();
  }

  async #load(focus = false) {
    this.#loads += 1;
    const load = this.#loads;
    this.#panel.clear();
    this.#show(text.loading);
    // The chat answers before the game takes the line and the processor.
    const [url] = await Promise.all([this.freshUrl(), settled]);
    if (load !== this.#loads) return;
    this.#replaceFrame(url);
    if (focus) focusGame(this.#frame);
  }

  /**
   * A new element each time: no late messages of the old game, no entries in the browser's history.
   * @param {string | null} url
   */
  #replaceFrame(url) {
    const frame = h('iframe', {
      id: 'gamePreview',
      name: this.#tuned && `settings:${JSON.stringify(this.#tuned)}`,
      title: text.previewLabel,
      sandbox: GAME_SANDBOX,
      allow: 'autoplay; gamepad; accelerometer; gyroscope',
      referrerpolicy: 'no-referrer',
      hidden: url === null,
    });
    this.ownerPlay.end();
    const old = this.#frame;
    this.#frame = frame;
    this.#keys.hidden = url === null;
    covers.unobserve(old);
    old.replaceWith(this.#keys, frame);
    if (url === null) return;
    covers.observe(frame);
    fillOnFirstTouch(byId('previewStage', HTMLDivElement), frame);
    // laid out before it loads: a game that measures its window at once must not find zero
    void frame.offsetWidth;
    // Not before: the empty page that it holds until then loads, too.
    frame.addEventListener('load', () => frame === this.#frame && this.#loaded(frame, url));
    frame.src = url;
  }

  /** @param {HTMLIFrameElement} frame @param {string} url */
  #loaded(frame, url) {
    if (this.#tuned === null) this.ownerPlay.begin(frame.contentWindow);
    this.#expectReport(url);
  }

  /** A game that is too busy to report runs all the same: only a missing page counts as a failure.
   * @param {string} url
   */
  #expectReport(url) {
    const load = this.#loads;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(async () => {
      // Manual: the way on to the game, maybe on another origin, is answer enough.
      const answer = await fetch(url, { method: 'HEAD', redirect: 'manual' }).catch(() => null);
      const isThere = answer !== null && (answer.ok || answer.type === 'opaqueredirect');
      if (load !== this.#loads || this.#status.textContent !== text.loading) return;
      this.sketch.withdraw();
      if (isThere) this.#show(null);
      else this.#show(text.previewFailed, 'bad');
    }, REPORTS_WITHIN_MS);
  }

  /** @param {unknown} data */
  #hear(data) {
    const message = /** @type {Record<string, unknown>} */ (
      typeof data === 'object' && data !== null ? data : {}
    );
    if (message.type === 'ownerPlay') return this.ownerPlay.hear(message);
    if (message.type === 'settingsTaken' && message.taken === true)
      window.clearTimeout(this.#untaken);
    if (message.type !== 'gameError' && message.type !== 'gameLoaded') return;
    window.clearTimeout(this.#timer);
    this.sketch.withdraw();
    const errors = readErrors(message.errors);
    if (errors.length > 0) {
      this.#panel.errors.value = errors;
      this.ownerPlay.report(errors.map(lineOf));
      this.#show(text.errorCount(errors.length), 'bad');
    } else if (message.type === 'gameLoaded') {
      this.#panel.clear();
      this.#show(text.gameRunning, 'good');
      this.#timer = window.setTimeout(() => this.#show(null), RUNNING_SHOWN_MS);
    }
  }

  /** @param {string | null} message @param {'good' | 'bad' | 'neutral'} [kind] */
  #show(message, kind = 'neutral') {
    window.clearTimeout(this.#timer);
    this.#status.hidden = message === null;
    this.#status.textContent = message;
    this.#status.className = `game-status ${kind}`;
  }
}

/**
 * The hint in place of a game.
 * @param {number | null} percent of the running job; null when none runs
 */
function hintAt(percent) {
  if (percent === null) return text.previewEmpty2;
  return percent < MAKING_FROM_PERCENT ? text.previewThinking : text.previewWorking2;
}

/** @param {GameError} error */
function lineOf({ message, file, line }) {
  return file === undefined ? message : `${message} (${file}:${line ?? '?'})`;
}

/**
 * Games are untrusted: the parts of a message that form an error report, with bounded lengths.
 * @param {unknown} reported
 * @returns {GameError[]}
 */
function readErrors(reported) {
  if (!Array.isArray(reported)) return [];
  return reported.slice(0, 10).flatMap((/** @type {Record<string, unknown>} */ each) => {
    if (typeof each !== 'object' || each === null || typeof each['message'] !== 'string') return [];
    return [
      {
        type: String(each['type'] ?? 'error').slice(0, 40),
        message: each['message'].slice(0, 1_000),
        ...(typeof each['file'] === 'string' && { file: each['file'].slice(0, 200) }),
        ...(typeof each['line'] === 'number' && { line: each['line'] }),
        ...(typeof each['column'] === 'number' && { column: each['column'] }),
        ...(typeof each['stack'] === 'string' && { stack: each['stack'].slice(0, 2_000) }),
      },
    ];
  });
}
