/** The panels of the image editor that ask for something first: the part to keep, the new size. */
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { cropped, drawn, MAX_SIDE_PX, middleFrame, within } from './image-drawing.js';

/**
 * @typedef {{ image: HTMLCanvasElement, stage: HTMLElement, apply: (image: HTMLCanvasElement) =>
 * void, showTools: () => void }} Editing
 */

/** Shapes by their label; null = free. @type {[label: string, aspect: number | null][]} */
const SHAPES = [
  [text.editFree, null],
  ['1:1', 1],
  ['4:3', 4 / 3],
  ['16:9', 16 / 9],
  ['9:16', 9 / 16],
  [text.editRound, 1],
];

/**
 * Shape, and where it lies: sliders move and size it, so that keys do as well.
 * @param {Editing} editing
 */
export function cropPanel(editing) {
  const { image, stage } = editing;
  let [label, aspect] = SHAPES[0] ?? ['', null];
  let frame = middleFrame(image, null);
  const mark = h('div', { class: 'edit-frame', 'aria-hidden': 'true' });
  stage.append(mark);
  const [across, down, size] = [text.editAcross, text.editDown, text.editPart].map((name, index) =>
    slider(name, index === 2 ? 100 : 50, () => place()),
  );
  /** Places the frame by the sliders. */
  const place = () => {
    const part = Number(size?.value ?? 100) / 100;
    const whole = middleFrame(image, aspect);
    const { width, height } = { width: whole.width * part, height: whole.height * part };
    frame = within(image, {
      width,
      height,
      x: ((image.width - width) * Number(across?.value ?? 50)) / 100,
      y: ((image.height - height) * Number(down?.value ?? 50)) / 100,
    });
    const [shown, around] = [image.getBoundingClientRect(), stage.getBoundingClientRect()];
    const scale = shown.width / image.width;
    mark.style.left = `${shown.left - around.left + frame.x * scale}px`;
    mark.style.top = `${shown.top - around.top + frame.y * scale}px`;
    mark.style.width = `${frame.width * scale}px`;
    mark.style.height = `${frame.height * scale}px`;
    mark.classList.toggle('is-round', label === text.editRound);
  };
  const shapes = h(
    'div',
    { class: 'edit-shapes', role: 'group', 'aria-label': text.editCropTitle },
    SHAPES.map(([name, value]) =>
      buttonOf({ class: 'chip', 'aria-pressed': String(name === label) }, name, () => {
        [label, aspect] = [name, value];
        for (const chip of shapes.querySelectorAll('button'))
          chip.setAttribute('aria-pressed', String(chip.textContent === name));
        place();
      }),
    ),
  );
  window.requestAnimationFrame(place);
  return panel(text.editCropTitle, editing, [shapes, ...[size, across, down].map(labelOf)], () =>
    editing.apply(cropped(image, frame, label === text.editRound)),
  );
}

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

/** @param {string} name @param {number} value @param {() => void} oninput */
function slider(name, value, oninput) {
  return h('input', {
    type: 'range',
    min: name === text.editPart ? 10 : 0,
    max: 100,
    value,
    oninput,
    'aria-label': name,
  });
}

/** A control with its name in sight. @param {HTMLInputElement | undefined} control */
function labelOf(control) {
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
function panel(title, editing, content, onApply) {
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
