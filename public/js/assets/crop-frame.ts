/**
 * The part of an image that a crop keeps, drawn over the image: moved by dragging it, sized by its
 * corners.
 */
import { h } from '../ui/dom.js';
import { resized, within, type Corner, type Frame } from './image-drawing.js';

const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se'];

/** What a drag began with. */
interface Grip {
  readonly corner: Corner | null;
  readonly at: { readonly x: number; readonly y: number };
  readonly frame: Frame;
}

export class CropFrame {
  /** The sliders beside it do the same for keys and screen readers. */
  readonly element: HTMLElement = h(
    'div',
    {
      class: 'edit-frame',
      'aria-hidden': 'true',
      onpointerdown: (event: PointerEvent) => this.grip(event),
      onpointermove: (event: PointerEvent) => this.drag(event),
      onpointerup: () => (this.held = null),
      onpointercancel: () => (this.held = null),
    },
    CORNERS.map((corner) => h('span', { class: `edit-corner ${corner}`, 'data-corner': corner })),
  );
  /** Width by height; null = free. */
  aspect: number | null = null;
  private held: Grip | null = null;

  /** `onDrag` is called for every move of the pointer. */
  constructor(
    private readonly image: HTMLCanvasElement,
    private readonly stage: HTMLElement,
    private frame: Frame,
    private readonly onDrag: (frame: Frame) => void,
  ) {
    stage.append(this.element);
    // A phone that is turned lays the image out anew. Gone with the stage, which it is a part of.
    new ResizeObserver(() => this.draw()).observe(stage);
  }

  get part(): Frame {
    return this.frame;
  }

  place(frame: Frame): void {
    this.frame = within(this.image, frame);
    this.draw();
  }

  private draw(): void {
    const [shown, around] = [this.image, this.stage].map((box) => box.getBoundingClientRect());
    if (!shown || !around) return;
    const scale = shown.width / this.image.width;
    const { x, y, width, height } = this.frame;
    Object.assign(this.element.style, {
      left: `${shown.left - around.left + x * scale}px`,
      top: `${shown.top - around.top + y * scale}px`,
      width: `${width * scale}px`,
      height: `${height * scale}px`,
    });
  }

  private grip(event: PointerEvent): void {
    if (!event.isPrimary || !(event.target instanceof HTMLElement)) return;
    this.element.setPointerCapture(event.pointerId);
    const corner = (event.target.dataset['corner'] ?? null) as Corner | null;
    this.held = { corner, at: { x: event.clientX, y: event.clientY }, frame: this.frame };
  }

  private drag(event: PointerEvent): void {
    const { held, image, aspect } = this;
    if (!held || !event.isPrimary) return;
    const scale = image.getBoundingClientRect().width / image.width;
    const by = { x: (event.clientX - held.at.x) / scale, y: (event.clientY - held.at.y) / scale };
    const { frame, corner } = held;
    this.place(
      corner
        ? resized(image, frame, { corner, by, aspect })
        : { ...frame, x: frame.x + by.x, y: frame.y + by.y },
    );
    this.onDrag(this.frame);
  }
}
