/** The versions of the game: the panel, restoring one, and going back one step. */
import { projectThumb, withToken } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { dayAndTime } from '../ui/clock.js';
import { confirmDialog, dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';

/** @typedef {import('../types.js').Version} Version */

const PAGE_LENGTH = 20;
const RESTORE_WITHIN_MS = 30_000;

export class Versions {
  /**
   * What we restored ourselves, for a server that does not mark the current one. @type {string |
   * null}
   */
  #restoredId = null;

  /**
   * @param {string} projectId
   * @param {import('../net/requests.js').Requests} requests
   * @param {(versionId: string) => void} onRestored
   */
  constructor(projectId, requests, onRestored) {
    this.projectId = projectId;
    this.requests = requests;
    this.onRestored = onRestored;
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
    const currentId = this.#currentOf(versions);
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
    const restore = async () => {
      if (await this.#confirmRestore(version)) closePanel();
    };
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
          : h(
              'button',
              {
                type: 'button',
                class: 'button compact restore-btn',
                'aria-label': text.restoreOf(nameOf(version)),
                onclick: restore,
              },
              text.restore,
            ),
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
    this.onRestored(id);
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

/** What a version is called: by its number, which never changes, where the server tells it. */
function nameOf(/** @type {Version} */ { serial, id }) {
  return String(serial ?? id);
}
