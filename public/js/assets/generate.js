/** 「AIで画像を作成」: words, a style and a size become an image, for the message or to keep. */
import { ask, failureText } from '../net/rest.js';
import { text } from '../texts/index.js';
import { stopwatch } from '../ui/clock.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h, labelled, selectOf, whileBusy } from '../ui/dom.js';
import { fileName, saveFile } from '../ui/file-name.js';
import { icon } from '../ui/icons.js';
import { toast } from '../ui/toast.js';
import { uploadAsset } from './asset-calls.js';
import { fileOfDataUri } from './compress.js';

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
  const make = h(
    'button',
    { type: 'submit', class: 'button primary' },
    icon('bolt', 18),
    text.imageMake,
  );
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
    unsaved: () => result.isUnused,
    content: (dismiss) => [
      dialogHeader(dismiss),
      h('div', { class: 'dialog-body image-body' }, result.stage, form),
      result.actions,
    ],
  });
  result.onDone = close;
  void closed.then(() => result.stop());
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
  #save = buttonOf('button', [icon('download', 18), text.imageSave], () => this.#keep());
  actions = h('div', { class: 'image-actions', hidden: true }, this.#insert, this.#save);
  onDone = () => {};
  /** The image that is seen, under the words that it was made of; one that failed leaves it. */
  #made = { uri: '', name: '' };
  #isUsed = true;
  /** @type {string | null} */
  #running = null;

  /** @param {AssetContext} context */
  constructor(context) {
    this.context = context;
  }

  /** Was an image made that was neither inserted nor saved? */
  get isUnused() {
    return !this.#isUsed;
  }

  /** @param {{ prompt: string, style: string, size: string }} wish */
  async make(wish) {
    const actionId = crypto.randomUUID();
    this.#running = actionId;
    this.actions.hidden = true;
    const clock = h('span', { 'aria-hidden': 'true' }, stopwatch(0));
    const startedAt = Date.now();
    const timer = window.setInterval(() => {
      clock.textContent = stopwatch(Date.now() - startedAt);
    }, 1_000);
    this.stage.replaceChildren(
      h(
        'p',
        {},
        h('span', { class: 'spinner', 'aria-hidden': 'true' }),
        text.imageMaking,
        ' ',
        clock,
      ),
    );
    try {
      const answer = await ask(this.context.session, 'POST', '/api/generate-image', {
        ...wish,
        actionId,
      });
      this.#made = { uri: (await answer.json()).image, name: wish.prompt };
      this.#isUsed = false;
      this.stage.replaceChildren(this.#image());
      this.actions.hidden = false;
      this.#insert.focus();
    } catch (error) {
      const words = failureText(error, text.imageFailed);
      const hasOlder = this.#made.uri !== '';
      this.actions.hidden = !hasOlder;
      this.stage.replaceChildren(
        h('p', { role: 'alert' }, icon('alert', 28), words),
        ...(hasOlder ? [this.#image()] : []),
      );
    } finally {
      window.clearInterval(timer);
      this.#running = null;
    }
  }

  /** The dialog was closed: the request is cancelled. */
  stop() {
    if (this.#running !== null)
      ask(this.context.session, 'POST', `/api/actions/${this.#running}/cancel`).catch(() => {
        /* it ends by itself */
      });
  }

  #image() {
    return h('img', { src: this.#made.uri, alt: this.#made.name });
  }

  #file() {
    return fileOfDataUri(this.#made.uri, fileName(this.#made.name.slice(0, 40), ''));
  }

  async #insertIt() {
    try {
      const { session, projectId, onInsert } = this.context;
      const description = this.#made.name;
      onInsert(await uploadAsset(session, this.#file(), { projectId, description }));
      this.onDone();
    } catch (error) {
      toast(error instanceof Error ? error.message : text.somethingWrong, { kind: 'error' });
    }
  }

  #keep() {
    const file = this.#file();
    this.#isUsed = true;
    saveFile(file, file.name);
  }
}
