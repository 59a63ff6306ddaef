/** The versions of the game: the panel, restoring one, and going back one step. */
import { projectThumb, withToken } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { dayAndTime } from '../ui/clock.js';
import { confirmDialog, dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { nameOf, openDifference, openTrial } from './compare.js';

/** @typedef {import('../types.js').Version} Version */
/** @typedef {import('./changes.js').Changes} Changes */

const PAGE_LENGTH = 20;
const RESTORE_WITHIN_MS = 30_000;

export class Versions {
  /**
   * What we restored ourselves, for a server that does not mark the current one. @type {string |
   * null}
   */
  #restoredId = null;
  /** What the panel shows, newest first. @type {Version[]} */
  #shown = [];

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
    const versions = await this.#page();
    const id = this.#currentOf(versions);
    return versions.find((version) => version.id === id) ?? null;
  }

  /** Shows the panel until it is closed or a version is restored. */
  async openPanel() {
    const list = h('ol', { class: 'version-list', 'aria-busy': 'true', tabindex: -1 });
    const { close, closed } = openDialog({
      className: 'versions-panel',
      title: text.versionsTitle,
      content: (dismiss) => [dialogHeader(dismiss), h('div', { class: 'dialog-body' }, list)],
    });
    await Promise.all([closed, this.#fill(list, close)]);
  }

  /** @param {HTMLOListElement} list @param {() => void} close */
  async #fill(list, close) {
    list.replaceChildren(h('li', { class: 'panel-note' }, text.loading));
    try {
      const versions = await this.#page();
      list.replaceChildren();
      this.#shown = [];
      if (versions.length === 0) list.append(h('li', { class: 'panel-note' }, text.versionsEmpty));
      else this.#append(list, versions, close);
    } catch {
      list.replaceChildren(
        h(
          'li',
          { class: 'panel-note', role: 'alert' },
          text.versionsFailed,
          h(
            'button',
            {
              type: 'button',
              class: 'button compact',
              onclick: () => void this.#fill(list, close),
            },
            text.retry,
          ),
        ),
      );
    } finally {
      list.setAttribute('aria-busy', 'false');
    }
  }

  /** @param {HTMLOListElement} list @param {Version[]} versions @param {() => void} close */
  #append(list, versions, close) {
    this.#shown.push(...versions);
    const currentId = this.#currentOf(this.#shown);
    list.append(...versions.map((version) => this.#item(version, version.id === currentId, close)));
    const before = versions.at(-1)?.ordinal;
    if (versions.length < PAGE_LENGTH || before === undefined) return;
    const more = h(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: async () => {
          more.setAttribute('aria-busy', 'true');
          const next = await this.#page(before).catch(() => null);
          more.removeAttribute('aria-busy');
          if (!next) return;
          more.parentElement?.remove();
          this.#append(list, next, close);
        },
      },
      text.versionsMore,
    );
    list.append(h('li', { class: 'panel-note' }, more));
  }

  /** @param {Version} version @param {boolean} isCurrent @param {() => void} closePanel */
  #item(version, isCurrent, closePanel) {
    return h(
      'li',
      { class: `version-item${isCurrent ? ' current' : ''}`, 'data-version': version.id },
      this.#screenshot(version),
      h(
        'div',
        { class: 'version-body' },
        h(
          'div',
          { class: 'version-head' },
          version.serial !== undefined &&
            h('span', { class: 'version-number' }, text.versionNumber(version.serial)),
          h('code', { class: 'version-id' }, version.id.slice(0, 7)),
          h('time', { datetime: version.timestamp }, dayAndTime(version.timestamp)),
        ),
        h('p', { class: 'version-message' }, version.message),
        isCurrent
          ? h('span', { class: 'version-current' }, text.current)
          : h('div', { class: 'version-actions' }, this.#actions(version, closePanel)),
      ),
    );
  }

  /** @param {Version} version @param {() => void} closePanel */
  #actions(version, closePanel) {
    const name = nameOf(version);
    const restore = async () => {
      const isRestored = await this.#confirmRestore(version);
      if (isRestored) closePanel();
      return isRestored;
    };
    const current = this.#shown.find(({ id }) => id === this.#currentOf(this.#shown)) ?? null;
    const compare = () =>
      openDifference(
        this.#shown,
        { from: version, to: current ?? version },
        this.doings.loadDifference,
      );
    const { urlOf } = this.doings;
    const play = () => openTrial({ version, current, urlOf, onRestore: restore });
    /** @type {[string, string, string, () => unknown][]} */
    const actions = [
      ['trial-btn', text.trial, text.trialOf(name), play],
      ['difference-btn', text.difference, text.differenceOf(name), compare],
      ['restore-btn', text.restore, text.restoreOf(name), restore],
    ];
    return actions.map(([className, label, wholeLabel, onclick]) =>
      h(
        'button',
        {
          type: 'button',
          class: `button compact ${className}`,
          'aria-label': wholeLabel,
          onclick,
        },
        label,
      ),
    );
  }

  /** @param {Version} version */
  #screenshot(version) {
    const url = withToken(version.screenshotUrl ?? null, readStoredSession()?.access_token);
    const alt = text.versionScreenshot(nameOf(version));
    return projectThumb(this.projectId, String(version.serial ?? ''), url, alt);
  }

  /** @param {Version} version */
  #confirmRestore(version) {
    return confirmDialog({
      iconName: 'clock',
      title: text.restoreTitle,
      lines: [text.restoreQuestion(nameOf(version)), text.restoreNote],
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
    const versions = await this.#page();
    const currentId = this.#currentOf(versions);
    const previous = versions[versions.findIndex(({ id }) => id === currentId) + 1];
    if (!previous) return false;
    onStart(previous.message);
    await this.#restore(previous.id);
    return true;
  }

  /** @param {Version[]} versions newest first */
  #currentOf(versions) {
    const marked = versions.find(({ current }) => current === true);
    return (
      (
        marked ??
        versions.find(({ id }) => id === this.#restoredId) ??
        versions.find(({ number }) => number === 1)
      )?.id ?? null
    );
  }

  /** @param {number} [before] ordinal @returns {Promise<Version[]>} */
  async #page(before) {
    const { versions } = await this.requests.ask(
      { type: 'getVersions', projectId: this.projectId, ...(before !== undefined && { before }) },
      'versionsList',
      { where: (frame) => frame.projectId === this.projectId },
    );
    return versions;
  }
}
