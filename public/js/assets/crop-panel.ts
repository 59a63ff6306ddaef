/** The image editor's panel that asks which part of the image to keep. */
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { CropFrame } from './crop-frame.ts';
import { cropped, middleFrame, type Frame } from './image-drawing.js';
import { labelOf, panel, type Editing } from './image-panels.js';

/** Percent of the largest part of its shape. */
const SMALLEST_PART = 10;
/** Shapes by their label; null = free. */
const SHAPES: readonly (readonly [label: string, aspect: number | null])[] = [
  [text.editFree, null],
  ['1:1', 1],
  ['4:3', 4 / 3],
  ['16:9', 16 / 9],
  ['9:16', 9 / 16],
  [text.editRound, 1],
];

/** Shape, and where it lies: by dragging, or by sliders, so that keys do as well. */
export function cropPanel(editing: Editing): HTMLElement {
  const { image, stage } = editing;
  // The frame has the size of what the image lies in.
  stage.replaceChildren(h('div', { class: 'edit-crop' }, image));
  let shape: number | null = null;
  const place = (): void => {
    const { width, height } = frame.part;
    frame.place(sliders.frameOf(shape ?? width / height));
  };
  const sliders = new PartSliders(image, place);
  const frame = new CropFrame(image, (dragged) => sliders.show(dragged));
  const isRound = (): boolean => stage.classList.contains('is-round');
  const choose = (label: string, aspect: number | null): void => {
    shape = aspect;
    stage.classList.toggle('is-round', label === text.editRound);
    for (const chip of shapes.querySelectorAll('button'))
      chip.setAttribute('aria-pressed', String(chip.textContent === label));
    frame.shapeAs(aspect);
    place();
  };
  const shapes = h(
    'div',
    { class: 'edit-shapes', role: 'group', 'aria-label': text.editCropTitle },
    SHAPES.map(([label, aspect]) =>
      buttonOf({ class: 'chip', 'aria-pressed': String(aspect === null) }, label, () =>
        choose(label, aspect),
      ),
    ),
  );
  return panel(text.editCropTitle, editing, [shapes, ...sliders.rows], () =>
    editing.apply(cropped(image, frame.part, isRound())),
  );
}

/** How large the part is and where it lies, each as a percentage. */
class PartSliders {
  private readonly size;
  private readonly across;
  private readonly down;

  constructor(
    private readonly image: HTMLCanvasElement,
    oninput: () => void,
  ) {
    this.size = slider(text.editPart, { min: SMALLEST_PART, value: 100, oninput });
    this.across = slider(text.editAcross, { min: 0, value: 50, oninput });
    this.down = slider(text.editDown, { min: 0, value: 50, oninput });
  }

  get rows(): HTMLElement[] {
    return [this.size, this.across, this.down].map((each) => labelOf(each));
  }

  /** Of a shape, width by height. */
  frameOf(aspect: number): Frame {
    const { image } = this;
    const most = middleFrame(image, aspect);
    const [width, height] = [most.width, most.height].map((side) => side * share(this.size));
    return {
      width: width ?? 0,
      height: height ?? 0,
      x: (image.width - (width ?? 0)) * share(this.across),
      y: (image.height - (height ?? 0)) * share(this.down),
    };
  }

  show({ x, y, width, height }: Frame): void {
    const { image } = this;
    const most = middleFrame(image, width / height);
    const place = (at: number, room: number): string => String(room > 0 ? (100 * at) / room : 50);
    this.size.value = String((100 * width) / most.width);
    this.across.value = place(x, image.width - width);
    this.down.value = place(y, image.height - height);
  }
}

const share = (control: HTMLInputElement): number => Number(control.value) / 100;

interface SliderProps {
  readonly min: number;
  readonly value: number;
  readonly oninput: () => void;
}

function slider(name: string, props: SliderProps): HTMLInputElement {
  return h('input', { type: 'range', max: 100, step: 'any', 'aria-label': name, ...props });
}
