/**
 * The game's video below its image: made by the server in minutes, seen here, stopped when it takes
 * too long.
 */
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';

const POLL_MS = 1_500;

/**
 * @typedef {object} VideoCalls
 * @property {(actionId: string) => Promise<void>} make answers when the video is there
 * @property {(actionId: string) => Promise<number | null>} progress percent; null = nobody knows
 * @property {(actionId: string) => Promise<void>} stop
 * @property {() => Promise<boolean>} exists
 * @property {() => Promise<Blob>} load
 */

export class PromoVideo {
  #stage = h('div', { class: 'video-stage', role: 'status' });
  #make = h(
    'button',
    { type: 'button', id: 'videoButton', class: 'button compact', onclick: () => void this.make() },
    text.videoMake,
  );
  #stop = h(
    'button',
    { type: 'button', class: 'button compact', hidden: true, onclick: () => this.#cancel() },
    text.videoStop,
  );
  #calls;
  /** @type {string | null} */
  #running = null;
  #isStopped = false;

  /** @param {HTMLElement} box @param {VideoCalls} calls */
  constructor(box, calls) {
    this.#calls = calls;
    box.append(
      h('h2', { class: 'publish-part' }, text.videoHeading),
      this.#stage,
      h('div', { class: 'thumbnail-actions' }, this.#make, this.#stop),
    );
    this.#show(null);
  }

  /** Shows the video that there is. */
  async open() {
    if (await this.#calls.exists().catch(() => false)) await this.#play();
  }

  async make() {
    const actionId = crypto.randomUUID();
    this.#setRunning(actionId);
    const line = h('p', { class: 'is-working' }, text.videoMaking);
    this.#stage.replaceChildren(line);
    const timer = window.setInterval(() => void this.#tell(actionId, line), POLL_MS);
    try {
      await this.#calls.make(actionId);
      await this.#play();
    } catch {
      this.#show(null);
      toast(this.#isStopped ? text.videoStopped : text.videoFailed, {
        kind: this.#isStopped ? 'info' : 'error',
      });
    } finally {
      window.clearInterval(timer);
      this.#setRunning(null);
    }
  }

  /** @param {string | null} actionId */
  #setRunning(actionId) {
    this.#running = actionId;
    if (actionId !== null) this.#isStopped = false;
    this.#make.disabled = actionId !== null;
    this.#stop.hidden = actionId === null;
    this.#stop.disabled = false;
  }

  /** @param {string} actionId @param {HTMLElement} line */
  async #tell(actionId, line) {
    const percent = await this.#calls.progress(actionId).catch(() => null);
    if (percent !== null && percent > 0 && this.#running === actionId)
      line.textContent = text.videoProgress(percent);
  }

  #cancel() {
    if (this.#running === null) return;
    this.#isStopped = true;
    this.#stop.disabled = true;
    this.#calls.stop(this.#running).catch(() => {
      this.#isStopped = false;
      this.#stop.disabled = false;
      toast(text.somethingWrong, { kind: 'error' });
    });
  }

  async #play() {
    try {
      this.#show(URL.createObjectURL(await this.#calls.load()));
    } catch {
      this.#show(null);
      toast(text.videoNotLoaded, { kind: 'error' });
    }
  }

  /** @param {string | null} url */
  #show(url) {
    for (const video of this.#stage.querySelectorAll('video')) URL.revokeObjectURL(video.src);
    this.#make.textContent = url === null ? text.videoMake : text.videoMakeAgain;
    this.#stage.replaceChildren(
      url === null
        ? h('p', {}, text.videoNone)
        : h('video', {
            src: url,
            controls: true,
            playsinline: true,
            'aria-label': text.videoHeading,
          }),
    );
  }
}
