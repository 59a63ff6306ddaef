/**
 * Whether the game is published, shown below its name, and the links to the publish page: 登録, and
 * みんなに見せる after a success.
 */
import { get, orAbsent } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { byId, whileBusy } from '../ui/dom.js';
import { forMembers } from '../ui/sign-in-first.js';

/** @typedef {import('../types.js').Publication} PublishedState */

export class Publication {
  #button = byId('publishButton', HTMLButtonElement);
  #line = byId('publicationState', HTMLParagraphElement);
  /** @type {PublishedState | null} */
  #game = null;
  #reads = 0;
  #isTakenDown = false;

  /**
   * @param {{ session: import('../net/session.js').Session, projectId: string,
   * versions: import('./versions.ts').Versions, preview: import('./preview.js').Preview }} page
   */
  constructor(page) {
    this.page = page;
    this.#button.addEventListener('click', () => void this.open());
  }

  /** Asks what is out, and whether it is the newest; without an answer what was known stays. */
  async read() {
    const read = (this.#reads += 1);
    const told = await get(this.page.session, `/api/projects/${this.page.projectId}/publish`)
      .then((answer) => answer.json(), orAbsent)
      .catch(() => undefined);
    if (told === undefined || read !== this.#reads) return;
    this.#game = told?.game ?? null;
    this.#isTakenDown = Boolean(told?.takenDown);
    this.#show();
  }

  /** To the publish page; asks first when players would meet a broken game. */
  open() {
    return whileBusy(this.#button, async () =>
      forMembers(this.page.session, 'publish', () => this.#open()),
    );
  }

  async #open() {
    const version = await this.page.versions.current().catch(() => null);
    const isBroken = version?.play?.verdict === 'broken' || this.page.preview.hasErrors;
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
    location.assign(`/publish.html?id=${this.page.projectId}`);
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
