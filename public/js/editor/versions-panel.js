/** The panel of versions: its pages, its filter, and what can be done with each version. */
import { projectThumb, withToken } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { dayAndTime } from '../ui/clock.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { nameOf, openDifference, openTrial } from './compare.js';
import { VersionMarks } from './version-marks.js';

/** @typedef {import('../types.js').Version} Version */

const PAGE_LENGTH = 20;

export class VersionsPanel {
  #list = h('ol', { class: 'version-list', 'aria-busy': 'true', tabindex: -1 });
  #filter = h(
    'button',
    {
      type: 'button',
      class: 'chip version-filter',
      'aria-pressed': 'false',
      hidden: true,
      onclick: () => {
        this.#filter.setAttribute('aria-pressed', String(!this.#isFiltered));
        void this.#fill();
      },
    },
    text.bookmarkedOnly,
  );
  /** @type {Map<string, VersionMarks>} */
  #marks = new Map();
  #close = () => {};

  /** @param {import('./versions.js').Versions} versions */
  constructor(versions) {
    this.versions = versions;
  }

  get #isFiltered() {
    return this.#filter.getAttribute('aria-pressed') === 'true';
  }

  /** Shows it until it is closed or a version is restored. */
  async open() {
    const { close, closed } = openDialog({
      className: 'versions-panel',
      title: text.versionsTitle,
      content: (dismiss) => [
        dialogHeader(dismiss),
        h('div', { class: 'dialog-body' }, this.#filter, this.#list),
      ],
    });
    this.#close = close;
    await Promise.all([closed, this.#fill().then(() => this.#findBookmarks())]);
  }

  /** A version was named or bookmarked, here or elsewhere. @param {Version} version */
  show(version) {
    this.#marks.get(version.id)?.show(version);
    this.#offerFilter();
  }

  /** A filter with nothing behind it is not offered. */
  #offerFilter() {
    this.#filter.hidden =
      !this.#isFiltered && !this.versions.known.some(({ isBookmarked }) => isBookmarked);
  }

  /** On pages that are not shown yet, too. */
  async #findBookmarks() {
    if (this.#filter.hidden && this.versions.known.length >= PAGE_LENGTH)
      await this.versions.page({ bookmarkedOnly: true }).catch(() => []);
    this.#offerFilter();
  }

  async #fill() {
    const bookmarkedOnly = this.#isFiltered;
    this.#list.setAttribute('aria-busy', 'true');
    this.#list.replaceChildren(h('li', { class: 'panel-note' }, text.loading));
    const versions = await this.versions.page({ bookmarkedOnly }).catch(() => null);
    // Pressed again meanwhile: the newer one fills it.
    if (bookmarkedOnly !== this.#isFiltered) return;
    this.#list.setAttribute('aria-busy', 'false');
    this.#list.replaceChildren();
    this.#marks.clear();
    if (versions === null) this.#list.append(this.#failure());
    else if (versions.length > 0) this.#append(versions);
    else {
      const empty = bookmarkedOnly ? text.bookmarksEmpty : text.versionsEmpty;
      this.#list.append(h('li', { class: 'panel-note' }, empty));
    }
    this.#offerFilter();
  }

  #failure() {
    return h(
      'li',
      { class: 'panel-note', role: 'alert' },
      text.versionsFailed,
      h(
        'button',
        { type: 'button', class: 'button compact', onclick: () => void this.#fill() },
        text.retry,
      ),
    );
  }

  /** @param {Version[]} versions */
  #append(versions) {
    const currentId = this.versions.currentKnown?.id;
    this.#list.append(...versions.map((version) => this.#item(version, version.id === currentId)));
    const before = versions.at(-1)?.ordinal;
    if (versions.length < PAGE_LENGTH || before === undefined) return;
    const bookmarkedOnly = this.#isFiltered;
    const more = h(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: async () => {
          more.setAttribute('aria-busy', 'true');
          const next = await this.versions.page({ before, bookmarkedOnly }).catch(() => null);
          more.removeAttribute('aria-busy');
          if (!next || !more.isConnected) return;
          more.parentElement?.remove();
          this.#append(next);
        },
      },
      text.versionsMore,
    );
    this.#list.append(h('li', { class: 'panel-note' }, more));
  }

  /** @param {Version} version @param {boolean} isCurrent */
  #item(version, isCurrent) {
    const marks = new VersionMarks(version, (change) => this.versions.mark(version.id, change));
    this.#marks.set(version.id, marks);
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
            h('span', { class: 'version-number' }, text.versionNumber(String(version.serial))),
          marks.name,
          h('code', { class: 'version-id' }, version.id.slice(0, 7)),
          h('time', { datetime: version.timestamp }, dayAndTime(version.timestamp)),
        ),
        marks.field,
        h('p', { class: 'version-message' }, version.message),
        h(
          'div',
          { class: 'version-actions' },
          isCurrent
            ? h('span', { class: 'version-current' }, text.current)
            : this.#actions(version.id),
          marks.tools,
        ),
      ),
    );
  }

  /** @param {string} id */
  #actions(id) {
    const { versions } = this;
    const version = () => /** @type {Version} */ (versions.known.find((each) => each.id === id));
    const name = nameOf(version());
    const restore = async () => {
      const isRestored = await versions.confirmRestore(version());
      if (isRestored) this.#close();
      return isRestored;
    };
    const compare = () =>
      openDifference(
        versions.known,
        { from: version(), to: versions.currentKnown ?? version() },
        versions.doings.loadDifference,
      );
    const { urlOf } = versions.doings;
    const play = () =>
      openTrial({ version: version(), current: versions.currentKnown, urlOf, onRestore: restore });
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
    return projectThumb(this.versions.projectId, String(version.serial ?? ''), url, alt);
  }
}
