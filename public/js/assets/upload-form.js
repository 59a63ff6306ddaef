/** The library's tab for new files, by picking or dropping, with tags and a description. */
import { text } from '../texts/index.js';
import { buttonOf, h, labelled, whileBusy } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { toast } from '../ui/toast.js';
import { ACCEPTED } from './accepted.js';
import { uploadAsset } from './asset-calls.js';

/** @typedef {import('./asset-calls.js').Asset} Asset */

const isHovering = matchMedia('(hover: hover)').matches;

export class UploadForm {
  /** @type {File[]} */
  #files = [];
  /** Why a file was not taken. @type {Map<File, string>} */
  #problems = new Map();
  #list = h('ul', { class: 'asset-files' });
  #tags = h('input', { id: 'assetTags', class: 'text-input', autocomplete: 'off' });
  #note = h('input', { id: 'assetNote', class: 'text-input', autocomplete: 'off' });
  #send = h('button', { type: 'submit', class: 'button primary' }, text.assetsUpload);
  #details = h(
    'div',
    { class: 'asset-details' },
    this.#list,
    labelled(this.#tags, text.assetsTags),
    labelled(this.#note, text.assetsNote),
    this.#send,
  );
  #picker = h('input', {
    type: 'file',
    accept: ACCEPTED,
    multiple: true,
    hidden: true,
    'aria-label': text.assetsUpload,
    onchange: () => this.#picked(),
  });
  element = h(
    'form',
    {
      class: 'asset-tab',
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void whileBusy(this.#send, () => this.#submit());
      },
    },
    buttonOf(
      'asset-drop',
      [
        icon('publish', 32),
        // Fingers drag no files here.
        h('strong', {}, isHovering ? text.assetsDrop : text.assetsChoose),
        isHovering && h('span', {}, text.assetsPick),
        h('span', { class: 'asset-limits' }, text.assetsLimits),
      ],
      () => this.#picker.click(),
    ),
    this.#picker,
    this.#details,
  );

  /**
   * @param {import('./generate.js').AssetContext} context
   * @param {(added: Asset[], isAll: boolean) => void} onAdded `isAll`: no file is left
   */
  constructor(context, onAdded) {
    this.context = context;
    this.onAdded = onAdded;
    acceptDrops(this.element, (files) => this.#choose(files));
    this.#choose([]);
  }

  /** Files that were chosen and not sent yet, or not taken. */
  get hasFiles() {
    return this.#files.length > 0;
  }

  #picked() {
    this.#choose([...(this.#picker.files ?? [])]);
    this.#picker.value = '';
  }

  /** @param {File[]} more */
  #choose(more) {
    this.#files = [...this.#files, ...more];
    this.#details.hidden = this.#files.length === 0;
    this.#list.replaceChildren(...this.#files.map((file) => this.#line(file)));
  }

  /** @param {File} file */
  #line(file) {
    const remove = buttonOf(
      { class: 'icon-button', 'aria-label': text.attachmentRemove(file.name) },
      icon('close', 16),
      () => {
        this.#drop(file);
        this.element.querySelector('button')?.focus();
      },
    );
    const problem = this.#problems.get(file);
    return h(
      'li',
      {},
      h('span', {}, file.name, problem && h('span', { class: 'asset-problem' }, problem)),
      remove,
    );
  }

  #sayWhatFailed() {
    const [file] = this.#files;
    if (!file) return;
    const words =
      this.#files.length === 1
        ? `${file.name}: ${this.#problems.get(file)}`
        : text.assetsNotAdded(this.#files.length);
    toast(words, { kind: 'error' });
  }

  /** @param {File} file */
  #drop(file) {
    this.#files = this.#files.filter((other) => other !== file);
    this.#choose([]);
  }

  /** One after the other; what failed stays in the list, with the reason. */
  async #submit() {
    const { session, projectId } = this.context;
    const fields = { projectId, tags: this.#tags.value, description: this.#note.value };
    /** @type {Asset[]} */
    const added = [];
    for (const file of [...this.#files]) {
      try {
        added.push(await uploadAsset(session, file, fields));
        this.#drop(file);
      } catch (error) {
        this.#problems.set(file, error instanceof Error ? error.message : text.somethingWrong);
      }
    }
    this.#choose([]);
    this.#sayWhatFailed();
    if (added.length > 0) this.onAdded(added, this.#files.length === 0);
  }
}

/** @param {HTMLElement} place @param {(files: File[]) => void} onDrop */
function acceptDrops(place, onDrop) {
  const mark = (/** @type {boolean} */ isOver) => place.classList.toggle('is-over', isOver);
  place.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  place.addEventListener('dragleave', () => mark(false));
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    onDrop([...(event.dataTransfer?.files ?? [])]);
  });
}
