/** The image editor's panels that ask for something first, and the one for a new size. */
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { MAX_SIDE_PX } from './compress.js';
import { drawn } from './image-drawing.js';

/**
 * @typedef {{ image: HTMLCanvasElement, stage: HTMLElement, apply: (image: HTMLCanvasElement) =>
 * void, showTools: () => void }} Editing
 */

/** @param {Editing} editing */
export function resizePanel(editing) {
  const { image } = editing;
  const [width, height] = [image.width, image.height].map((value, index) =>
    h('input', {
      type: 'number',
      class: 'text-input',
      min: 1,
      max: MAX_SIDE_PX,
      value,
      inputmode: 'numeric',
      'aria-label': index === 0 ? text.editWidth : text.editHeight,
    }),
  );
  const keep = h('input', { type: 'checkbox', checked: true });
  const ratio = image.width / image.height;
  width?.addEventListener('input', () => {
    if (keep.checked && height) height.value = String(Math.round(Number(width.value) / ratio));
  });
  height?.addEventListener('input', () => {
    if (keep.checked && width) width.value = String(Math.round(Number(height.value) * ratio));
  });
  const keepLine = h('label', { class: 'edit-keep' }, keep, text.editKeepRatio);
  return panel(text.editResizeTitle, editing, [labelOf(width), labelOf(height), keepLine], () => {
    const [w, h_] = [Number(width?.value), Number(height?.value)];
    const isFine = [w, h_].every(
      (side) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE_PX,
    );
    if (!isFine) return toast(text.editOutOfRange, { kind: 'error' });
    editing.apply(drawn(image, w, h_));
  });
}

/** A control with its name in sight. @param {HTMLInputElement | undefined} control */
export function labelOf(control) {
  return h(
    'label',
    { class: 'edit-field' },
    h('span', {}, control?.getAttribute('aria-label') ?? ''),
    control,
  );
}

/**
 * @param {string} title @param {Editing} editing @param {HTMLElement[]} content @param {() => void}
 * onApply
 */
export function panel(title, editing, content, onApply) {
  return h(
    'form',
    {
      class: 'edit-form',
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        onApply();
      },
    },
    h('h3', {}, title),
    content,
    h(
      'footer',
      { class: 'image-actions' },
      buttonOf('button', text.cancel, () => editing.showTools()),
      h('button', { type: 'submit', class: 'button primary' }, text.cropApply),
    ),
  );
}
