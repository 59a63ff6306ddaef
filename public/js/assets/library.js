/** 「素材ライブラリ」: own assets by project, chosen for the message, deleted, or added to. */
import { failureText } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog, dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h, passFocus, throttle } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { later } from '../ui/later.js';
import { toast } from '../ui/toast.js';
import { assetImage, deleteAsset, isImage, listAssets } from './asset-calls.js';
import { UploadForm } from './upload-form.js';

/** @typedef {import('./asset-calls.js').Asset} Asset */
/** @typedef {import('./generate.js').AssetContext} AssetContext */
/** @typedef {{ id: string, label: string, assets: Asset[] }} Group */

const SEARCH_AFTER_MS = 150;

/** @param {AssetContext} context */
export function openLibrary(context) {
  const library = new Library(context);
  const { close } = openDialog({
    className: 'work-dialog asset-dialog',
    title: text.assetsTitle,
    unsaved: () => library.form.hasFiles,
    content: (dismiss) => [dialogHeader(dismiss), library.tabs, library.body, library.footer],
  });
  library.onDone = close;
  return library.load();
}

class Library {
  onDone = () => {};
  /** @type {Asset[]} */
  #assets = [];
  /** @type {Map<string, Asset>} by id, in the order of choosing */
  #chosen = new Map();
  #search = h('input', {
    type: 'search',
    class: 'text-input asset-search',
    placeholder: text.assetsSearch,
    'aria-label': text.assetsSearch,
    autocomplete: 'off',
    oninput: throttle(() => this.#draw(), SEARCH_AFTER_MS),
  });
  #list = h('div', { class: 'asset-groups', 'aria-busy': 'true' });
  #own = h('div', { class: 'asset-tab' }, this.#search, this.#list);
  #upload;
  form;
  #count = h('span', { class: 'asset-count', role: 'status' });
  #insert = buttonOf('button primary', text.assetsInsert, () => this.#insertChosen());
  #trash = buttonOf(
    { class: 'icon-button', 'aria-label': text.remove, title: text.remove },
    icon('trash'),
    () => void this.#remove(),
  );
  #edit = buttonOf('button compact asset-edit', text.editAction, () => void this.#editChosen());
  footer = h('div', { class: 'asset-footer' }, this.#trash, this.#count, this.#edit, this.#insert);
  body;
  tabs;

  /** @param {AssetContext} context */
  constructor(context) {
    this.context = context;
    this.form = new UploadForm(context, (...added) => void this.#added(...added));
    this.#upload = this.form.element;
    this.body = h('div', { class: 'dialog-body' }, this.#own, this.#upload);
    this.tabs = h(
      'div',
      { class: 'asset-tabs', role: 'group', 'aria-label': text.assetsTitle },
      this.#tab('own', text.assetsMine),
      this.#tab('upload', text.assetsUpload),
    );
    this.#show('own');
    this.#showChosen();
  }

  async load() {
    this.#list.replaceChildren(h('p', { class: 'panel-note' }, text.loading));
    try {
      this.#assets = await listAssets(this.context.session, this.context.projectId);
      this.#draw();
    } catch {
      const again = { type: 'button', class: 'button compact', onclick: () => void this.load() };
      this.#list.replaceChildren(
        h(
          'p',
          { class: 'panel-note', role: 'alert' },
          text.assetsFailed,
          h('button', again, text.retry),
        ),
      );
    } finally {
      this.#list.setAttribute('aria-busy', 'false');
    }
  }

  /** @param {string} name @param {string} label */
  #tab(name, label) {
    return buttonOf({ class: 'asset-tab-button', 'data-tab': name }, label, () => this.#show(name));
  }

  /** @param {string} name */
  #show(name) {
    this.#own.hidden = name !== 'own';
    this.#upload.hidden = name !== 'upload';
    for (const tab of this.tabs.querySelectorAll('button'))
      tab.setAttribute('aria-pressed', String(tab.dataset['tab'] === name));
  }

  /**
   * What was just uploaded is chosen already. @param {Asset[]} added
   * @param {boolean} [isAll] false: what was refused stays in sight
   */
  async #added(added, isAll = true) {
    for (const asset of added) this.#chosen.set(asset.id, asset);
    this.#showChosen();
    if (isAll) {
      passFocus(this.#upload, this.#insert);
      this.#show('own');
    }
    await this.load();
  }

  #draw() {
    const wanted = this.#search.value.trim().toLowerCase();
    const shown = this.#assets.filter(({ filename }) => filename.toLowerCase().includes(wanted));
    if (shown.length === 0) {
      this.#list.replaceChildren(
        h('p', { class: 'panel-note' }, wanted === '' ? text.assetsEmpty : text.listNoMatch),
      );
      return;
    }
    this.#list.replaceChildren(
      ...groupsOf(shown, this.context.projectId).map((group) => this.#group(group)),
    );
  }

  /** @param {Group} group */
  #group({ id, label, assets }) {
    const isCurrent = id === this.context.projectId;
    return h(
      'section',
      { class: `asset-group${isCurrent ? ' is-current' : ''}` },
      h(
        'h3',
        {},
        h('span', { class: 'asset-group-name' }, label),
        isCurrent && h('span', { class: 'asset-badge' }, text.assetsCurrent),
        h('span', { class: 'asset-badge' }, String(assets.length)),
      ),
      h(
        'ul',
        { class: 'asset-grid' },
        assets.map((asset) => h('li', {}, this.#card(asset))),
      ),
    );
  }

  /** @param {Asset} asset */
  #card(asset) {
    const card = buttonOf(
      {
        class: 'asset-card',
        title: asset.filename,
        'data-id': asset.id,
        'aria-pressed': String(this.#chosen.has(asset.id)),
      },
      [
        h(
          'span',
          { class: 'asset-image' },
          isImage(asset)
            ? h('img', { src: assetImage(this.context.session, asset), alt: '', loading: 'lazy' })
            : icon('sound', 28),
          h('span', { class: 'asset-check', 'aria-hidden': 'true' }, icon('check', 14)),
        ),
        h('span', { class: 'asset-name' }, asset.filename),
      ],
      () => {
        if (!this.#chosen.delete(asset.id)) this.#chosen.set(asset.id, asset);
        card.setAttribute('aria-pressed', String(this.#chosen.has(asset.id)));
        this.#showChosen();
      },
    );
    return card;
  }

  #showChosen() {
    const count = this.#chosen.size;
    const [only] = this.#chosen.values();
    this.#count.textContent =
      count === 0 ? '' : count === 1 ? (only?.filename ?? '') : text.assetsChosen(count);
    this.#insert.disabled = count === 0;
    this.#insert.textContent = count > 1 ? text.assetsInsertMany(count) : text.assetsInsert;
    this.#trash.hidden = count === 0;
    this.#edit.hidden = count !== 1 || !only || !isImage(only);
  }

  /** The edited image takes the place of the chosen one, which stays in the library. */
  #editChosen = later(
    () => import('../editor/on-demand.js'),
    ({ openImageEditor }) => {
      const [only] = this.#chosen.values();
      if (!only) return;
      return openImageEditor(this.context, only, (saved) => {
        this.#chosen.clear();
        void this.#added([saved]);
      });
    },
  );

  #insertChosen() {
    for (const asset of this.#chosen.values()) this.context.onInsert(asset);
    this.onDone();
  }

  async #remove() {
    const chosen = [...this.#chosen.values()];
    const [only] = chosen;
    const isOne = chosen.length === 1;
    await confirmDialog({
      iconName: 'trash',
      title: isOne ? text.assetsRemove : text.assetsRemoveMany(chosen.length),
      lines: [
        isOne
          ? text.removeQuestion(only?.filename ?? '')
          : text.assetsRemoveQuestion(chosen.length),
        text.removeFinal,
      ],
      action: text.assetsRemoveAction,
      run: async () => {
        for (const { id } of chosen) {
          await deleteAsset(this.context.session, id).catch((error) => {
            throw new Error(failureText(error, text.somethingWrong));
          });
          this.#chosen.delete(id);
        }
      },
    });
    if (chosen.some(({ id }) => !this.#chosen.has(id)))
      toast(text.assetsRemoved, { kind: 'success' });
    if (this.#chosen.size === 0) passFocus(this.footer, this.#search);
    this.#showChosen();
    await this.load();
  }
}

/**
 * The open project first, then the others, then what belongs to none. @param {Asset[]} assets
 * @param {string} currentId
 */
function groupsOf(assets, currentId) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const asset of assets) {
    const current = asset.projects.find(({ id }) => id === currentId);
    const { id, name } = current ?? asset.projects[0] ?? { id: '', name: text.assetsLoose };
    const group = groups.get(id) ?? { id, label: name || text.undefinedName, assets: [] };
    group.assets.push(asset);
    groups.set(id, group);
  }
  const rank = (/** @type {Group} */ { id }) => (id === currentId ? 0 : id === '' ? 2 : 1);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}
