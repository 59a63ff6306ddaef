/**
 * Whether the game is out, said below its name, and the ways to the publish page: 登録, and
 * みんなに見せる after a success.
 */
import { get } from '../net/rest.js';
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
  #isTakenDown = false;
  /** Full hash or its beginning; null = a version that is newer than what is out. */
  #currentHash = /** @type {string | null} */ (null);

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

  /** Asks what is out. @param {Version[]} versions newest first */
  async read(versions) {
    if (versions.length === 0) return;
    this.#currentHash = (versions.find(({ current }) => current) ?? versions[0])?.hash ?? null;
    await this.readAgain();
  }

  /** Something else is out. */
  async readAgain() {
    const told = await get(this.session, `/api/projects/${this.projectId}/publish`)
      .then((answer) => answer.json())
      .catch(() => null);
    this.#game = told?.game ?? null;
    this.#isTakenDown = Boolean(told?.takenDown);
    this.#show();
  }

  /** The game has another version now. @param {string | null} hash null = a new one */
  versionIs(hash) {
    this.#currentHash = hash;
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
    const { visibility } = this.#game ?? { visibility: 'private' };
    const isNewest =
      this.#currentHash !== null && this.#game?.revision.startsWith(this.#currentHash);
    const out = visibility === 'unlisted' ? text.publicationUnlisted : text.publicationPublic;
    const said = visibility === 'private' ? '' : isNewest ? out : text.publicationOlder(out);
    this.#line.textContent = this.#isTakenDown ? text.takenDown : said;
    this.#line.classList.toggle('is-older', said !== '' && !isNewest);
  }
}
