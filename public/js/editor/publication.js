/**
 * Whether the game is published, shown below its name, and the links to the publish page: 登録, and
 * みんなに見せる after a success.
 */
import { get, orAbsent } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { byId } from '../ui/dom.js';

/** @typedef {import('../types.js').Publication} PublishedState */
/** @typedef {import('../types.js').Version} Version */

export class Publication {
  #button = byId('publishButton', HTMLButtonElement);
  #line = byId('publicationState', HTMLParagraphElement);
  /** @type {PublishedState | null} */
  #game = null;
  #reads = 0;
  #isTakenDown = false;

  /**
   * @param {object} options
   * @param {import('../net/session.js').Session} options.session
   * @param {string} options.projectId
   * @param {() => Promise<Version | null>} options.currentVersion
   * @param {() => boolean} options.hasErrors does the running game report errors?
   */
  constructor({ session, projectId, currentVersion, hasErrors }) {
    this.session = session;
    this.projectId = projectId;
    this.currentVersion = currentVersion;
    this.hasErrors = hasErrors;
    this.#button.addEventListener('click', () => void this.open());
  }

  /** Asks what is out, and whether it is the newest; without an answer what was known stays. */
  async read() {
    const read = (this.#reads += 1);
    const told = await get(this.session, `/api/projects/${this.projectId}/publish`)
      .then((answer) => answer.json(), orAbsent)
      .catch(() => undefined);
    if (told === undefined || read !== this.#reads) return;
    this.#game = told?.game ?? null;
    this.#isTakenDown = Boolean(told?.takenDown);
    this.#show();
  }

  /** To the publish page; asks first when players would meet a broken game. */
  async open() {
    if (this.#button.getAttribute('aria-busy') === 'true') return;
    this.#button.setAttribute('aria-busy', 'true');
    const version = await this.currentVersion().catch(() => null);
    this.#button.removeAttribute('aria-busy');
    const isBroken = version?.play?.verdict === 'broken' || this.hasErrors();
    if (!isBroken) return this.#leave();
    await confirmDialog({
      iconName: 'alert',
      title: text.publishBrokenTitle,
      lines: [text.publishBrokenLine, text.publishBrokenNote],
      action: text.publishBrokenAction,
      run: () => Promise.resolve(this.#leave()),
    });
  }

  #leave() {
    location.assign(`/publish.html?id=${this.projectId}`);
  }

  #show() {
    const visibility = this.#game?.visibility ?? 'private';
    const isNewest = this.#game?.isNewest !== false;
    const out = visibility === 'unlisted' ? text.publicationUnlisted : text.publicationPublic;
    const said = visibility === 'private' ? '' : isNewest ? out : text.publicationOlder(out);
    this.#line.textContent = this.#isTakenDown ? text.takenDown : said;
    this.#line.classList.toggle('is-older', said !== '' && !isNewest);
  }
}
