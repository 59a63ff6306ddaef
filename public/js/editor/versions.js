/** The versions of the game: what is known of them, marking one, restoring one, going back. */
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { calledOf } from './compare.js';
import { VersionsPanel } from './versions-panel.js';

/** @typedef {import('../types.js').Version} Version */
/** @typedef {import('./changes.js').Changes} Changes */

const RESTORE_WITHIN_MS = 30_000;

export class Versions {
  /**
   * What we restored ourselves, for a server that does not mark the current one. @type {string |
   * null}
   */
  #restoredId = null;
  /** The open panel. @type {VersionsPanel | null} */
  #panel = null;
  /** All that the open panel was told of, newest first. @type {Version[]} */
  known = [];

  /**
   * @param {string} projectId
   * @param {import('../net/requests.js').Requests} requests
   * @param {object} doings
   * @param {(versionId: string) => void} doings.onRestored
   * @param {(since: string, until: string) => Promise<Changes>} doings.loadDifference
   * @param {(versionId: string) => Promise<string>} doings.urlOf
   */
  constructor(projectId, requests, doings) {
    this.projectId = projectId;
    this.requests = requests;
    this.doings = doings;
  }

  /** A new version was made: the newest is the current one again. */
  forgetRestored() {
    this.#restoredId = null;
  }

  /** What the game is made of now; null = there is none. @returns {Promise<Version | null>} */
  async current() {
    return this.#currentOf(await this.page());
  }

  /** The same, of those that are known. @returns {Version | null} */
  get currentKnown() {
    return this.#currentOf(this.known);
  }

  /** Shows the panel until it is closed or a version is restored. */
  async openPanel() {
    this.known = [];
    this.#panel = new VersionsPanel(this);
    await this.#panel.open();
    this.#panel = null;
  }

  /**
   * Names or bookmarks a version; what is kept comes by `marked`.
   * @param {string} versionId @param {import('./version-marks.js').Change} change
   */
  mark(versionId, change) {
    const { projectId } = this;
    return this.requests.ask(
      { type: 'markVersion', projectId, versionId, ...change },
      'versionMarked',
      { where: (frame) => frame.projectId === projectId && frame.versionId === versionId },
    );
  }

  /** Here or elsewhere. @param {import('../types.js').Frame<'versionMarked'>} frame */
  marked({ versionId, name, isBookmarked }) {
    for (const version of this.known) {
      if (!versionId.startsWith(version.id)) continue;
      delete version.name;
      Object.assign(version, { isBookmarked }, name !== null && { name });
      this.#panel?.show(version);
    }
  }

  /** @param {Version} version @returns whether it was restored */
  confirmRestore(version) {
    return confirmDialog({
      iconName: 'clock',
      title: text.restoreTitle,
      lines: [text.restoreQuestion(calledOf(version)), text.restoreNote],
      action: text.restoreAction,
      run: () => this.#restore(version.id),
    });
  }

  /** @param {string} id */
  async #restore(id) {
    await this.requests.ask(
      {
        type: 'restoreVersion',
        projectId: this.projectId,
        versionId: id,
        messageId: crypto.randomUUID(),
      },
      'versionRestored',
      { where: (frame) => frame.projectId === this.projectId, timeoutMs: RESTORE_WITHIN_MS },
    );
    this.#restoredId = id;
    this.doings.onRestored(id);
  }

  /**
   * Goes back to the version before the current one.
   * @param {(message: string) => void} onStart told which version it will be
   * @returns {Promise<boolean>} false when there is none
   */
  async restorePrevious(onStart) {
    const versions = await this.page();
    const currentId = this.#currentOf(versions)?.id;
    const previous = versions[versions.findIndex(({ id }) => id === currentId) + 1];
    if (!previous) return false;
    onStart(previous.message);
    await this.#restore(previous.id);
    return true;
  }

  /** @param {Version[]} versions newest first @returns {Version | null} */
  #currentOf(versions) {
    return (
      versions.find(({ current }) => current === true) ??
      versions.find(({ id }) => id === this.#restoredId) ??
      versions.find(({ number }) => number === 1) ??
      null
    );
  }

  /**
   * A page of versions, older than the ordinal `before` if given, all or the bookmarked ones.
   * @param {{ before?: number, bookmarkedOnly?: boolean }} [which] @returns {Promise<Version[]>}
   */
  async page(which = {}) {
    const { versions } = await this.requests.ask(
      { type: 'getVersions', projectId: this.projectId, ...which },
      'versionsList',
      { where: (frame) => frame.projectId === this.projectId },
    );
    this.#remember(versions);
    return versions;
  }

  /** @param {Version[]} versions */
  #remember(versions) {
    const ids = new Set(versions.map(({ id }) => id));
    this.known = [...this.known.filter(({ id }) => !ids.has(id)), ...versions].sort(
      (one, other) => (other.ordinal ?? -other.number) - (one.ordinal ?? -one.number),
    );
  }
}
