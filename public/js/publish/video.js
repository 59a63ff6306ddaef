/**
 * The game's video: made by the server in minutes, seen here, stopped when it takes too long. The
 * row of its action has its state: neither a reload nor a dropped request loses it.
 */
import { failureText, Refusal } from '../net/rest.js';
import { text } from '../texts/index.js';
import { stopwatch } from '../ui/clock.js';
import { buttonOf, h, passFocus } from '../ui/dom.js';
import { toast } from '../ui/toast.js';

const POLL_MS = 1_500;
/** A row is written when the work begins, which may be a moment after it was asked for. */
const ROW_COMES_WITHIN_POLLS = 4;
const END_STATES = ['completed', 'failed', 'cancelled'];

/** @typedef {{ state: string, progress: number, createdAt: string }} VideoRow */
/** @typedef {'completed' | 'failed' | 'cancelled' | 'missing'} VideoEnd */
/**
 * @typedef {object} VideoCalls
 * @property {(actionId: string) => Promise<void>} make answers when the video is there
 * @property {(actionId: string) => Promise<VideoRow | null>} row null = there is none; rejects when
 * the server is unavailable
 * @property {(actionId: string) => Promise<void>} stop
 * @property {() => Promise<Blob>} load
 */

export class PromoVideo {
  #stage = h('div', { class: 'video-stage', role: 'status' });
  #line = h('span', {});
  #elapsed = h('span', { class: 'video-elapsed', 'aria-hidden': 'true' });
  #make = buttonOf(
    { id: 'videoButton', class: 'button compact' },
    text.videoMake,
    () => void this.make(),
  );
  #stop = buttonOf({ class: 'button compact', hidden: true }, text.videoStop, () => this.#cancel());
  #calls;
  #key;
  /** @type {string | null} */
  #running = null;
  #isThere = false;

  /** @param {HTMLElement} box @param {string} projectId @param {VideoCalls} calls */
  constructor(box, projectId, calls) {
    this.#key = `dreamcore_video_${projectId}`;
    this.#calls = calls;
    box.append(
      h('h2', { class: 'publish-part' }, text.videoHeading),
      this.#stage,
      h('div', { class: 'thumbnail-actions' }, this.#make, this.#stop),
    );
    this.#stage.replaceChildren(h('p', {}, text.loading));
  }

  /**
   * Goes on with the work that is under way, else shows the video that there is. @param {boolean}
   * isThere
   */
  async open(isThere) {
    this.#isThere = isThere;
    const actionId = localStorage.getItem(this.#key);
    const row = actionId === null ? null : await this.#calls.row(actionId).catch(() => undefined);
    const isOver = END_STATES.includes(row?.state ?? '');
    // Without a row: it comes in a moment, or what was asked for did not arrive.
    if (actionId !== null && !isOver && (await this.#follow(actionId, null))) return;
    localStorage.removeItem(this.#key);
    if (isThere) await this.#play();
    else this.#show(null, row?.state === 'failed' ? text.videoFailed : text.videoNone);
  }

  async make() {
    const actionId = crypto.randomUUID();
    localStorage.setItem(this.#key, actionId);
    await this.#follow(actionId, this.#calls.make(actionId));
  }

  /**
   * Shows the work until its end. @param {string} actionId @param {Promise<void> | null} asked the
   * request that began it, null after a reload
   * @returns {Promise<boolean>} whether there was any, which is not sure after a reload
   */
  async #follow(actionId, asked) {
    this.#setRunning(actionId);
    this.#line.textContent = text.videoMaking;
    this.#elapsed.textContent = '';
    this.#stage.replaceChildren(
      h('p', { class: 'is-working' }, this.#line, this.#elapsed, h('br'), text.videoGoesOn),
    );
    let refusal = /** @type {unknown} */ (null);
    asked?.catch((error) => (refusal = error));
    const end = await this.#endOf(actionId, asked);
    localStorage.removeItem(this.#key);
    this.#setRunning(null);
    if (end === 'missing' && asked === null) return false;
    if (end === 'completed') await this.#play();
    else
      await this.#endWithout(end === 'cancelled' ? null : failureText(refusal, text.videoFailed));
    return true;
  }

  /**
   * The video that there was is shown again. Else a failure stays in its place: after minutes a
   * toast alone is missed. @param {string | null} failure null = it was stopped
   */
  async #endWithout(failure) {
    toast(failure ?? text.videoStopped, { kind: failure === null ? 'info' : 'error' });
    if (this.#isThere) await this.#play();
    else this.#show(null, failure ?? text.videoNone);
  }

  /** @param {string} actionId @param {Promise<void> | null} asked @returns {Promise<VideoEnd>} */
  async #endOf(actionId, asked) {
    const request = { state: asked ? 'open' : 'dropped' };
    const settled = asked?.then(
      () => (request.state = 'answered'),
      (error) => (request.state = isRefused(error) ? 'refused' : 'dropped'),
    );
    for (let missing = 0; ;) {
      const pause = new Promise((resolve) => window.setTimeout(resolve, POLL_MS));
      await (request.state === 'open' && settled ? Promise.race([settled, pause]) : pause);
      if (request.state === 'answered') return 'completed';
      if (request.state === 'refused') return 'failed';
      const row = await this.#calls.row(actionId).catch(() => undefined);
      if (row === undefined) continue;
      if (row === null) {
        if (request.state === 'dropped') missing += 1;
        if (missing >= ROW_COMES_WITHIN_POLLS) return 'missing';
      } else if (END_STATES.includes(row.state)) {
        return /** @type {VideoEnd} */ (row.state);
      } else this.#tell(row);
    }
  }

  /** @param {string | null} actionId */
  #setRunning(actionId) {
    this.#running = actionId;
    this.#stop.removeAttribute('aria-busy');
    // The one that goes out of use hands the focus to the other.
    if (actionId === null) {
      this.#make.disabled = false;
      passFocus(this.#stop, this.#make);
      this.#stop.hidden = true;
    } else {
      this.#stop.hidden = false;
      passFocus(this.#make, this.#stop);
      this.#make.disabled = true;
    }
  }

  /** @param {VideoRow} row */
  #tell({ progress, createdAt }) {
    if (progress > 0) this.#line.textContent = text.videoProgress(progress);
    const age = Date.now() - new Date(createdAt).getTime();
    this.#elapsed.textContent = age > 0 ? ` ${stopwatch(age)}` : '';
  }

  #cancel() {
    if (this.#running === null || this.#stop.getAttribute('aria-busy') === 'true') return;
    this.#stop.setAttribute('aria-busy', 'true');
    this.#calls.stop(this.#running).catch((error) => {
      this.#stop.removeAttribute('aria-busy');
      toast(failureText(error, text.somethingWrong), { kind: 'error' });
    });
  }

  async #play() {
    try {
      this.#show(URL.createObjectURL(await this.#calls.load()));
      this.#isThere = true;
    } catch {
      this.#show(null);
      toast(text.videoNotLoaded, { kind: 'error' });
    }
  }

  /** @param {string | null} url @param {string} [words] where there is none */
  #show(url, words = text.videoNone) {
    for (const video of this.#stage.querySelectorAll('video')) URL.revokeObjectURL(video.src);
    this.#make.textContent = url === null ? text.videoMake : text.videoMakeAgain;
    this.#stage.replaceChildren(
      url === null
        ? h('p', {}, words)
        : h('video', {
            src: url,
            controls: true,
            playsinline: true,
            'aria-label': text.videoHeading,
          }),
    );
  }
}

/**
 * Whether the server refused to begin. Anything else may be a broken connection.
 * @param {unknown} error
 */
function isRefused(error) {
  return error instanceof Refusal && (error.status < 500 || error.status === 503);
}
