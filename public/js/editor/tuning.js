/** Tuning the game without a wish: the control, and what the current version declares. */
import { get } from '../net/rest.js';
import { byId } from '../ui/dom.js';
import { later } from '../ui/later.js';

/** @typedef {import('../types.js').Setting} Setting */

export class Tuning {
  #button = byId('tuneButton', HTMLButtonElement);
  /** @type {import('./tuning-panel.js').TuningPanel | null} */
  #panel = null;
  /** @type {Setting[]} */
  #settings = [];
  #reads = 0;
  /** Saves of this page, which come back to it as a follower. @type {Set<string>} */
  #own = new Set();

  /**
   * @param {object} options
   * @param {import('../net/session.js').Session} options.session
   * @param {string} options.projectId
   * @param {import('./preview.js').Preview} options.preview
   * @param {() => void} options.onOpen
   * @param {() => void} options.onSaved
   */
  constructor({ session, projectId, preview, onOpen, onSaved }) {
    this.session = session;
    this.address = `/api/projects/${projectId}/settings`;
    this.preview = preview;
    this.onOpen = onOpen;
    this.onSaved = onSaved;
    this.#button.addEventListener(
      'click',
      later(
        () => import('./on-demand.js'),
        ({ TuningPanel }) => {
          if (this.#panel) return this.#panel.close();
          this.onOpen();
          this.#button.setAttribute('aria-expanded', 'true');
          this.#panel = new TuningPanel(this, this.#settings, () => this.#closed());
        },
      ),
    );
  }

  /** @param {string} actionId */
  isOwn(actionId) {
    return this.#own.has(actionId);
  }

  /** Names a save before it is asked for. */
  newAction() {
    const id = crypto.randomUUID();
    this.#own.add(id);
    return id;
  }

  /** @param {Setting[]} settings as they are saved now */
  saved(settings) {
    this.#settings = settings;
    this.preview.tuned();
    this.onSaved();
  }

  /** There is another version: what it declares may be tuned, and nothing of the one before. */
  async read() {
    this.#reads += 1;
    const read = this.#reads;
    const settings = await get(this.session, this.address)
      .then(async (answer) => /** @type {Setting[]} */ ((await answer.json()).settings))
      .catch(() => null);
    // What is being tuned stays where the answer failed to come.
    if (settings === null || read !== this.#reads) return;
    const isOther = JSON.stringify(settings) !== JSON.stringify(this.#settings);
    this.#settings = settings;
    this.#button.hidden = settings.length === 0;
    if (isOther) this.#panel?.leave();
  }

  #closed() {
    this.#panel = null;
    this.#button.setAttribute('aria-expanded', 'false');
    this.#button.focus();
  }
}
