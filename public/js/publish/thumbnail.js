/** The game's image beside its words: drawn by the AI, or chosen by the person and cut to 9:16. */
import { ACCEPTED_IMAGES, unreadableText } from '../assets/accepted.js';
import { failureText } from '../net/rest.js';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { cropDialog } from './crop.ts';
import { thumbnailOf } from './thumbnail-file.js';

export class Thumbnail {
  #stage = h('div', { class: 'thumbnail-stage', role: 'status' });
  #make = buttonOf('button compact', text.thumbnailMake, () => void this.make());
  #choose = buttonOf('button compact', text.thumbnailUpload, () => this.#pick());
  #picker = h('input', {
    type: 'file',
    accept: ACCEPTED_IMAGES,
    hidden: true,
    'aria-label': text.thumbnailUpload,
  });
  #calls;
  /** @type {string | null} */
  #shown = null;

  /**
   * @param {HTMLElement} box
   * @param {{ make: () => Promise<string>, upload: (image: Blob) => Promise<string>, source: (url:
   * string) => string }} calls
   *   both answer the image's new address; `source` makes it one that an image may load
   */
  constructor(box, calls) {
    this.#calls = calls;
    this.#picker.addEventListener('change', () => {
      const [file] = this.#picker.files ?? [];
      this.#picker.value = '';
      if (file) void this.#upload(file);
    });
    box.append(
      h('h2', { class: 'publish-part' }, text.thumbnailHeading),
      this.#stage,
      h('div', { class: 'thumbnail-actions' }, this.#make, this.#choose, this.#picker),
    );
    this.show(null);
  }

  #pick() {
    if (this.#choose.getAttribute('aria-busy') !== 'true') this.#picker.click();
  }

  /** @param {string | null} url */
  show(url) {
    this.#shown = url;
    this.#make.textContent = url === null ? text.thumbnailMake : text.thumbnailMakeAgain;
    if (url === null) return this.#stage.replaceChildren(h('p', {}, text.thumbnailNone));
    const image = h('img', {
      src: this.#calls.source(url),
      alt: text.thumbnailHeading,
      onerror: () => this.show(null),
    });
    this.#stage.replaceChildren(image);
  }

  /** Has the AI draw one. */
  make() {
    return this.#work(
      this.#shown === null ? text.thumbnailMaking : text.thumbnailMakingAgain,
      text.thumbnailFailed,
      () => this.#calls.make(),
    );
  }

  /** Nothing is sent before the part to keep is chosen. @param {File} file */
  async #upload(file) {
    const address = URL.createObjectURL(file);
    try {
      const image = h('img', { src: address, alt: '' });
      const isReadable = await image.decode().then(
        () => true,
        () => false,
      );
      if (!isReadable) return toast(await unreadableText(file), { kind: 'error' });
      const cropped = await cropDialog(image);
      if (cropped)
        await this.#work(text.thumbnailUploading, text.thumbnailUploadFailed, async () =>
          this.#calls.upload(await thumbnailOf(cropped)),
        );
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  /** @param {string} busy @param {string} failed @param {() => Promise<string>} work */
  async #work(busy, failed, work) {
    const before = this.#shown;
    // A disabled button would lose the focus.
    if (this.#make.getAttribute('aria-busy') === 'true') return;
    for (const button of [this.#make, this.#choose]) button.setAttribute('aria-busy', 'true');
    this.#stage.replaceChildren(h('p', { class: 'is-working' }, busy));
    try {
      this.show(await work());
    } catch (error) {
      this.show(before);
      toast(failureText(error, failed), { kind: 'error' });
    } finally {
      for (const button of [this.#make, this.#choose]) button.removeAttribute('aria-busy');
    }
  }
}
