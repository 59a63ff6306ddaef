/**
 * What goes out with the next message: numbered images and sounds above the input. They are kept
 * like the draft, and come back with a message that failed.
 */
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { splitAttachments } from './user-text.js';

/** @typedef {{ name: string, url: string }} Attached */

/** What would end the line of an attachment. */
const UNSAFE_IN_NAMES = /[「」\r\n]/g;

export class Attachments {
  #strip = byId('attachmentStrip', HTMLUListElement);
  /** @type {Attached[]} */
  #items = [];
  #uploads = 0;

  /** @param {string} projectId */
  constructor(projectId) {
    this.key = `dreamcore_attachments_${projectId}`;
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? '[]');
      this.#items = kept.filter(
        (/** @type {Partial<Attached>} */ each) =>
          typeof each?.name === 'string' && typeof each.url === 'string',
      );
    } catch {
      sessionStorage.removeItem(this.key);
    }
    this.#draw();
  }

  get isUploading() {
    return this.#uploads > 0;
  }

  get isEmpty() {
    return this.#items.length === 0;
  }

  /** @param {...Attached} items */
  add(...items) {
    const known = new Set(this.#items.map(({ url }) => url));
    this.#set([...this.#items, ...items.filter(({ url }) => !known.has(url))]);
  }

  clear() {
    this.#set([]);
  }

  /** Shows that a file is on its way until the work is done. @param {Promise<unknown>} work */
  async during(work) {
    this.#uploads += 1;
    this.#draw();
    await work.catch(() => {
      /* the caller shows the failure */
    });
    this.#uploads -= 1;
    this.#draw();
  }

  /** The message as it is sent: a line for each, then the words. @param {string} words */
  compose(words) {
    const lines = this.#items.map(
      ({ name, url }, index) =>
        `${index + 1}：画像「${name.replace(UNSAFE_IN_NAMES, ' ')}」を使用: ${url}`,
    );
    return [...lines, words].join('\n').trim();
  }

  /** Takes the lines of attachments out of a message that came back. @param {string} content */
  takeFrom(content) {
    const { attachments, body } = splitAttachments(content);
    this.add(...attachments.flatMap(({ name, url }) => (url === null ? [] : [{ name, url }])));
    return body;
  }

  /** @param {Attached[]} items */
  #set(items) {
    this.#items = items;
    sessionStorage.setItem(this.key, JSON.stringify(items));
    this.#draw();
  }

  #draw() {
    this.#strip.hidden = this.#items.length === 0 && this.#uploads === 0;
    this.#strip.replaceChildren(
      ...this.#items.map((item, index) => this.#chip(item, index)),
      ...(this.#uploads > 0
        ? [h('li', { class: 'attached is-working', role: 'status' }, text.thumbnailUploading)]
        : []),
    );
  }

  /** @param {Attached} item @param {number} index */
  #chip({ name, url }, index) {
    const label = `${text.attachmentOf(String(index + 1))}${name}`;
    return h(
      'li',
      { class: 'attached' },
      h('img', {
        src: url,
        alt: '',
        width: 44,
        height: 44,
        onerror: (/** @type {Event} */ event) => /** @type {Element} */ (event.target).remove(),
      }),
      h('span', { class: 'attached-name' }, label),
      h(
        'button',
        {
          type: 'button',
          class: 'icon-button',
          'aria-label': text.attachmentRemove(label),
          onclick: () => {
            this.#set(this.#items.filter((_, at) => at !== index));
            const next =
              this.#strip.querySelector('button') ?? byId('sendButton', HTMLButtonElement);
            next.focus();
          },
        },
        icon('close', 16),
      ),
    );
  }
}
