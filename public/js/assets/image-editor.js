/** 「画像を編集」: crop, resize, turn, mirror, cut out; saved as a new asset beside the old one. */
import { ask, failureText, get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { timedWait } from '../ui/timed-wait.js';
import { toast } from '../ui/toast.js';
import { assetImage, uploadAsset } from './asset-calls.js';
import { fileOfDataUri, MAX_SIDE_PX } from './compress.js';
import { cropPanel } from './crop-panel.ts';
import { drawn, fileOf, mirrored, rotated } from './image-drawing.js';
import { resizePanel } from './image-panels.js';

/** @typedef {import('./asset-calls.js').Asset} Asset */
/** @typedef {HTMLCanvasElement & { cropper?: import('cropperjs').default }} Cropped */

const MAX_STEPS = 10;

/**
 * @param {import('./generate.js').AssetContext} context @param {Asset} asset @param {(saved: Asset)
 * => void} onSaved
 */
export async function openImageEditor(context, asset, onSaved) {
  const editor = new ImageEditor(context, asset, onSaved);
  const { close } = openDialog({
    className: 'work-dialog image-editor',
    title: text.editTitle,
    scrimCloses: false,
    unsaved: () => editor.isChanged,
    content: (leave) => {
      editor.leave = leave;
      return [dialogHeader(leave), editor.stage, editor.panel];
    },
  });
  editor.close = close;
  await editor.open();
}

class ImageEditor {
  close = () => {};
  /** The same, but asks first where something would be lost. */
  leave = () => {};
  /** The tool that was used last: the focus comes back to it. */
  #used = '';
  stage = h('div', { class: 'edit-stage', role: 'status' }, text.loading);
  panel = h('div', { class: 'edit-panel' });
  /** @type {HTMLCanvasElement[]} the first is the original, the last what is seen */
  #steps = [];

  /**
   * @param {import('./generate.js').AssetContext} context @param {Asset} asset @param {(saved:
   * Asset) => void} onSaved
   */
  constructor(context, asset, onSaved) {
    this.context = context;
    this.asset = asset;
    this.onSaved = onSaved;
  }

  async open() {
    try {
      const { session } = this.context;
      const blob = await (await get(session, assetImage(session, this.asset))).blob();
      const image = await createImageBitmap(blob);
      const scale = Math.min(1, MAX_SIDE_PX / Math.max(image.width, image.height));
      this.#steps = [drawn(image, image.width * scale, image.height * scale)];
      image.close();
      this.showTools();
    } catch (error) {
      const words = failureText(error, text.cropUnreadable);
      this.stage.replaceChildren(h('p', { role: 'alert' }, words));
    }
  }

  get isChanged() {
    return this.#steps.length > 1;
  }

  get image() {
    return /** @type {HTMLCanvasElement} */ (this.#steps.at(-1));
  }

  /** @param {HTMLCanvasElement} image */
  apply(image) {
    this.#steps.push(image);
    if (this.#steps.length > MAX_STEPS + 1) this.#steps.splice(1, 1);
    this.showTools();
  }

  /** The toolbar and the footer below it; panels take their place. */
  showTools() {
    this.#show();
    const isFirst = !this.isChanged;
    this.panel.replaceChildren(
      h(
        'div',
        { class: 'edit-tools', role: 'group', 'aria-label': text.editTitle },
        this.#tool('crop', text.editCrop, () => this.#open(cropPanel(this))),
        this.#tool('resize', text.editResize, () => this.#open(resizePanel(this))),
        this.#tool('rotate', text.cropRotate, () => this.apply(rotated(this.image))),
        this.#tool('flipX', text.cropFlipX, () => this.apply(mirrored(this.image, 'x'))),
        this.#tool('flipY', text.cropFlipY, () => this.apply(mirrored(this.image, 'y'))),
        this.#tool('cutout', text.editCutout, () => void this.#cutOut()),
        this.#tool('backward', text.editUndo, () => this.#undo(1), isFirst),
        this.#tool('reload', text.reset, () => this.#undo(this.#steps.length - 1), isFirst),
      ),
      h(
        'footer',
        { class: 'image-actions' },
        buttonOf('button', text.cancel, () => this.leave()),
        buttonOf(
          { class: 'button primary edit-save', disabled: isFirst },
          text.save,
          () => void this.#save(),
        ),
      ),
    );
    if (this.#used === '') return;
    const used = this.panel.querySelector(`[data-tool="${this.#used}"]:enabled`);
    /** @type {HTMLElement | null} */ (used ?? this.panel.querySelector('button'))?.focus();
  }

  #show() {
    const { width, height } = this.image;
    for (const image of this.#steps) /** @type {Cropped} */ (image).cropper?.destroy();
    this.stage.classList.remove('is-round');
    this.image.style.setProperty('--ratio', String(width / height));
    this.image.setAttribute('role', 'img');
    this.image.setAttribute('aria-label', `${this.asset.filename} ${width}×${height}`);
    this.stage.replaceChildren(this.image);
  }

  /** @param {HTMLElement} panel */
  #open(panel) {
    this.panel.replaceChildren(panel);
    const first = panel.querySelector('input, button');
    if (first instanceof HTMLElement) first.focus();
  }

  /**
   * @param {import('../ui/icons.js').IconName} iconName @param {string} label @param {() => void}
   * onclick @param {boolean} [disabled]
   */
  #tool(iconName, label, onclick, disabled = false) {
    return buttonOf(
      { class: 'edit-tool', 'data-tool': iconName, disabled },
      [icon(iconName, 22), label],
      () => {
        this.#used = iconName;
        onclick();
      },
    );
  }

  /** @param {number} steps */
  #undo(steps) {
    this.#steps.splice(-steps, steps);
    this.showTools();
  }

  #wait() {
    return timedWait(text.working, { class: 'edit-busy', role: 'status', tabindex: '-1' });
  }

  async #cutOut() {
    let isLeft = false;
    const leave = () => {
      isLeft = true;
      this.showTools();
    };
    const wait = this.#wait();
    const stop = buttonOf('button', text.cancel, leave);
    this.panel.replaceChildren(wait.line, h('footer', { class: 'image-actions' }, stop));
    stop.focus();
    try {
      const image = this.image.toDataURL('image/png');
      const answer = await ask(this.context.session, 'POST', '/api/assets/remove-background', {
        image,
      });
      const cut = await createImageBitmap(fileOfDataUri((await answer.json()).image, 'cut'));
      if (!isLeft) this.apply(drawn(cut, cut.width, cut.height));
    } catch (error) {
      if (isLeft) return;
      toast(failureText(error, text.editCutoutFailed), { kind: 'error' });
      this.showTools();
    } finally {
      wait.end();
    }
  }

  /** No tool is there meanwhile: what it changed would not be in the file. */
  async #save() {
    const wait = this.#wait();
    this.panel.replaceChildren(wait.line);
    wait.line.focus();
    try {
      const file = await fileOf(this.image, this.asset.filename.replace(/\.[^.]*$/, ''));
      const { session, projectId } = this.context;
      this.onSaved(await uploadAsset(session, file, { projectId }));
      this.close();
    } catch (error) {
      this.showTools();
      this.panel.querySelector('button')?.focus();
      toast(error instanceof Error ? error.message : text.somethingWrong, { kind: 'error' });
    } finally {
      wait.end();
    }
  }
}
