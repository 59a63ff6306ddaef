/** 「AIで画像を作成」: words, a style and a size become an image, for the message or to keep. */
import { failureText } from '../net/rest.js';
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h, labelled, selectOf, whileBusy } from '../ui/dom.js';
import { saveFile } from '../ui/file-name.js';
import { icon } from '../ui/icons.js';
import { timedWait } from '../ui/timed-wait.js';
import { toast } from '../ui/toast.js';
import { MadeImage } from './made-images.ts';

/**
 * @typedef {{ session: import('../net/session.js').Session, projectId: string, onInsert: (asset:
 * import('./asset-calls.js').Asset) => void }} AssetContext
 */

const STYLES = ['', 'pixel', 'anime', 'kawaii', 'realistic', 'watercolor', 'flat'];
const SIZES = ['512x512', '768x512', '512x768', '1024x1024'];

/** @param {AssetContext} context */
export function openImageGeneration(context) {
  const prompt = h('textarea', {
    id: 'imagePrompt',
    class: 'text-input',
    rows: 3,
    maxlength: 2_000,
    placeholder: text.imagePromptHint,
    autofocus: true,
  });
  const style = choice('imageStyle', STYLES, text.imageStyles);
  const size = choice('imageSize', SIZES, text.imageSizes);
  const look = { type: 'submit', class: 'button primary' };
  const make = h('button', look, icon('bolt', 18), text.imageMake);
  const result = new ImageResult(context);
  const form = h(
    'form',
    {
      class: 'image-form',
      novalidate: true,
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        if (prompt.value.trim() === '') {
          prompt.focus();
          return toast(text.imagePromptMissing, { kind: 'error' });
        }
        const wish = { prompt: prompt.value.trim(), style: style.value, size: size.value };
        await whileBusy(make, () => result.make(wish));
      },
    },
    labelled(prompt, text.imagePrompt),
    h(
      'div',
      { class: 'image-choices' },
      labelled(style, text.imageStyle),
      labelled(size, text.imageSize),
    ),
    make,
  );
  const { close, closed } = openDialog({
    className: 'work-dialog image-dialog',
    title: text.imageTitle,
    unsaved: () => !['', result.wished].includes(prompt.value.trim()),
    content: (dismiss) => [
      dialogHeader(dismiss),
      h('div', { class: 'dialog-body image-body' }, result.stage, form),
      result.actions,
    ],
  });
  result.onDone = close;
  void closed.then(() => (result.isClosed = true));
}

/** @param {string} id @param {string[]} values @param {string[]} labels */
function choice(id, values, labels) {
  return selectOf(
    { id },
    values.map((value, index) => [value, labels[index] ?? value]),
  );
}

class ImageResult {
  stage = h(
    'div',
    { class: 'image-stage', role: 'status' },
    h('p', {}, icon('image', 32), text.imageNone),
  );
  #insert = buttonOf(
    'button primary',
    text.imageInsert,
    () => void whileBusy(this.#insert, () => this.#insertIt()),
  );
  #save = buttonOf('button', [icon('download', 18), text.save], () => {
    if (this.#made) saveFile(this.#made.file, this.#made.file.name);
  });
  actions = h('div', { class: 'image-actions', hidden: true }, this.#insert, this.#save);
  onDone = () => {};
  isClosed = false;
  /** Of the image that is there, or is being made. */
  wished = '';
  /** The image that is seen; one that failed leaves it. @type {MadeImage | null} */
  #made = null;

  /** @param {AssetContext} context */
  constructor(context) {
    this.context = context;
  }

  /** Goes on when the dialog is closed. @param {import('./made-images.ts').ImageWish} wish */
  async make(wish) {
    this.actions.hidden = true;
    this.wished = wish.prompt;
    const wait = timedWait(text.imageMaking);
    this.stage.replaceChildren(wait.line);
    try {
      const image = MadeImage.of(this.context, wish);
      await image.alone(async () => {
        await image.draw();
        this.#made = image;
        await this.#keep();
      });
    } catch (error) {
      this.wished = '';
      this.#show(failureText(error, text.imageFailed), { isFailure: true });
    } finally {
      wait.end();
    }
  }

  /** Into the library at once: nothing that happens to this page loses it. */
  async #keep() {
    try {
      await this.#made?.keep();
      this.#show(text.imageKept(this.#made?.name ?? ''));
    } catch (error) {
      const words = error instanceof Error ? error.message : text.somethingWrong;
      this.#show(words, { isFailure: true });
    }
    this.#insert.focus();
  }

  /** Shows the words with the image that there is. @param {string} words */
  #show(words, { isFailure = false } = {}) {
    if (this.isClosed) return toast(words, { kind: isFailure ? 'error' : 'success' });
    this.actions.hidden = this.#made === null;
    const sign = isFailure ? 'alert' : 'check';
    this.stage.replaceChildren(
      h('p', { ...(isFailure && { role: 'alert' }) }, icon(sign, 28), words),
      ...(this.#made ? [h('img', { src: this.#made.uri, alt: this.#made.name })] : []),
    );
  }

  async #insertIt() {
    await this.#keep();
    if (!this.#made?.asset) return;
    this.context.onInsert(this.#made.asset);
    this.onDone();
  }
}
