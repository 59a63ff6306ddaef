/**
 * The image under its frame: moved by finger, mouse and arrow keys, zoomed by two fingers, wheel
 * and + −.
 */
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { draw, flipped, inside, turned, wholeImage } from './crop-view.js';

/** @typedef {import('./crop-view.js').View} View */

/** Share of the stage that the frame may take. */
const FRAME_SHARE = 0.92;
const FRAME_COLOUR = '#e53935';
const STEP = 0.02;
const ZOOM_STEP = 1.1;
/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export class CropStage {
  element = h('canvas', {
    class: 'crop-stage',
    tabindex: 0,
    autofocus: true,
    role: 'img',
    'aria-label': text.cropStage,
    'aria-describedby': 'cropNote',
  });
  #image;
  #onChange;
  /** @type {View} */
  #view = wholeImage();
  /** @type {Map<number, { x: number, y: number }>} */
  #fingers = new Map();
  #resizes = new ResizeObserver(() => this.#draw());

  /** @param {ImageBitmap} image @param {(view: View) => void} onChange */
  constructor(image, onChange) {
    this.#image = image;
    this.#onChange = onChange;
    const { element } = this;
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    element.addEventListener('pointermove', (event) => this.#follow(event));
    for (const end of ['pointerup', 'pointercancel'])
      element.addEventListener(end, (event) =>
        this.#fingers.delete(/** @type {PointerEvent} */ (event).pointerId),
      );
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        this.zoomTo(this.#view.zoom * (event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP));
      },
      { passive: false },
    );
    element.addEventListener('keydown', (event) => this.#press(event));
  }

  get view() {
    return this.#view;
  }

  /** Once the element is on the page. */
  open() {
    this.#resizes.observe(this.element);
  }

  close() {
    this.#resizes.disconnect();
  }

  /** @param {number} zoom what is in the middle of the frame stays there */
  zoomTo(zoom) {
    const share = zoom / this.#view.zoom;
    this.#set({ ...this.#view, zoom, x: this.#view.x * share, y: this.#view.y * share });
  }

  turn() {
    this.#set(turned(this.#view));
  }

  /** @param {'x' | 'y'} axis */
  flip(axis) {
    this.#set(flipped(this.#view, axis));
  }

  /** @param {number} x @param {number} y in frames */
  #move(x, y) {
    this.#set({ ...this.#view, x: this.#view.x + x, y: this.#view.y + y });
  }

  /** @param {View} view */
  #set(view) {
    this.#view = inside(view, this.#image, this.#frame());
    this.#draw();
    this.#onChange(this.#view);
  }

  /** @param {PointerEvent} event */
  #follow(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, now);
    const { width, height } = this.#frame();
    const share = other ? 1 / 2 : 1;
    this.#move(((now.x - before.x) * share) / width, ((now.y - before.y) * share) / height);
    if (other)
      this.zoomTo(this.#view.zoom * (distance(now, other) / Math.max(1, distance(before, other))));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const arrow = ARROWS[event.key];
    if (arrow) this.#move(...arrow);
    else if (event.key === '+' || event.key === ';') this.zoomTo(this.#view.zoom * ZOOM_STEP);
    else if (event.key === '-') this.zoomTo(this.#view.zoom / ZOOM_STEP);
    else return;
    event.preventDefault();
  }

  /** The frame's size in CSS pixels. */
  #frame() {
    const { clientWidth, clientHeight } = this.element;
    const height = Math.max(
      16,
      Math.min(clientHeight * FRAME_SHARE, (clientWidth * FRAME_SHARE * 16) / 9),
    );
    return { width: (height * 9) / 16, height };
  }

  #draw() {
    const { element } = this;
    const { clientWidth: width, clientHeight: height } = element;
    const density = window.devicePixelRatio || 1;
    [element.width, element.height] = [Math.round(width * density), Math.round(height * density)];
    const context = element.getContext('2d');
    if (!context) return;
    context.scale(density, density);
    const frame = this.#frame();
    const [left, top] = [(width - frame.width) / 2, (height - frame.height) / 2];
    draw(context, this.#image, this.#view, this.#image, frame, { x: width / 2, y: height / 2 });
    context.fillStyle = 'rgb(0 0 0 / 0.62)';
    context.beginPath();
    context.rect(0, 0, width, height);
    context.rect(left, top, frame.width, frame.height);
    context.fill('evenodd');
    context.strokeStyle = 'rgb(255 255 255 / 0.45)';
    context.lineWidth = 1;
    for (const third of [1 / 3, 2 / 3]) {
      context.strokeRect(left + frame.width * third, top, 0, frame.height);
      context.strokeRect(left, top + frame.height * third, frame.width, 0);
    }
    context.strokeStyle = FRAME_COLOUR;
    context.lineWidth = 3;
    context.strokeRect(left, top, frame.width, frame.height);
  }
}

/** @param {{ x: number, y: number }} a @param {{ x: number, y: number }} b */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
