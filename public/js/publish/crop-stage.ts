/**
 * The image under its 9:16 frame: cropper.js with a frame that stands still, and with keys: arrows
 * move the image, + and − zoom it.
 */
import Cropper from 'cropperjs';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';

/** Zoom 1: the image just covers the frame. */
export const ZOOM_MAX = 4;
const RATIO = 9 / 16;
/** Of a side: iOS draws no canvas of more than 16.7 million pixels. */
const CANVAS_MAX_PX = 4_096;
/** Largest share of the stage that the frame takes. */
const FRAME_SHARE = 0.92;
const ZOOM_STEP = 1.1;
const MOVE_STEP = 0.02;
const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-MOVE_STEP, 0],
  ArrowRight: [MOVE_STEP, 0],
  ArrowUp: [0, -MOVE_STEP],
  ArrowDown: [0, MOVE_STEP],
};

export class CropStage {
  readonly element: HTMLElement;
  private cropper: Cropper | null = null;

  /** `onZoom` receives every zoom that a gesture or a key has chosen. */
  constructor(
    private readonly image: HTMLImageElement,
    private readonly onZoom: (zoom: number) => void,
  ) {
    this.element = h(
      'div',
      {
        class: 'crop-stage',
        tabindex: 0,
        autofocus: true,
        role: 'img',
        'aria-label': text.cropStage,
        'aria-describedby': 'cropNote',
        onkeydown: (event: KeyboardEvent) => this.press(event),
      },
      image,
    );
  }

  /** Once the element is on the page. Resolves when the frame can be used. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      const cropper = new Cropper(this.image, {
        aspectRatio: RATIO,
        viewMode: 1,
        dragMode: 'move',
        cropBoxMovable: false,
        cropBoxResizable: false,
        toggleDragModeOnDblclick: false,
        center: false,
        background: false,
        // Browsers turn images themselves; reading the file again is against the page's policy.
        checkOrientation: false,
        checkCrossOrigin: false,
        ready: () => {
          this.cropper = cropper;
          this.layOut(cropper);
          resolve();
        },
        zoom: (event) => {
          const zoom = event.detail.ratio / coverRatio(cropper);
          if (zoom > ZOOM_MAX) event.preventDefault();
          else this.onZoom(Math.max(1, zoom));
        },
      });
    });
  }

  close(): void {
    this.cropper?.destroy();
  }

  /** What lies in the frame: at most 1080×1920, never enlarged. Null before the image is there. */
  get cropped(): HTMLCanvasElement | null {
    const cropper = this.cropper;
    if (!cropper) return null;
    const { width, height } = cropper.getData();
    return cropper.getCroppedCanvas({
      width: Math.min(1080, width),
      height: Math.min(1920, height),
      maxWidth: CANVAS_MAX_PX,
      maxHeight: CANVAS_MAX_PX,
      fillColor: '#fff',
      imageSmoothingQuality: 'high',
    });
  }

  /** The middle of the frame keeps its content. */
  zoomTo(zoom: number): void {
    const cropper = this.cropper;
    cropper?.zoomTo(coverRatio(cropper) * Math.min(ZOOM_MAX, Math.max(1, zoom)), middle(cropper));
  }

  /** By a quarter, clockwise, around the middle of the frame. */
  turn(): void {
    this.around(
      (cropper) => cropper.rotate(90),
      ({ x, y }) => ({ x: -y, y: x }),
    );
  }

  /** As it is seen: cropper.js flips the image before it turns it. */
  flip(axis: 'x' | 'y'): void {
    this.around(
      (cropper) => {
        const { rotate, scaleX, scaleY } = cropper.getImageData();
        const isLying = Math.abs(rotate || 0) % 180 === 90;
        if ((axis === 'x') !== isLying) cropper.scaleX(-(scaleX || 1));
        else cropper.scaleY(-(scaleY || 1));
      },
      ({ x, y }) => (axis === 'x' ? { x: -x, y } : { x, y: -y }),
    );
  }

  /** Changes the image, then moves its middle, relative to the frame's, by `moved`. */
  private around(change: (cropper: Cropper) => void, moved: (from: Point) => Point): void {
    const cropper = this.cropper;
    if (!cropper) return;
    const frame = middle(cropper);
    const { left, top, width, height } = cropper.getCanvasData();
    const to = moved({ x: left + width / 2 - frame.x, y: top + height / 2 - frame.y });
    change(cropper);
    const now = cropper.getCanvasData();
    cropper.setCanvasData({
      left: frame.x + to.x - now.width / 2,
      top: frame.y + to.y - now.height / 2,
    });
  }

  /** The frame in the middle of the stage, and the image covering it. */
  private layOut(cropper: Cropper): void {
    const stage = cropper.getContainerData();
    const height = FRAME_SHARE * Math.min(stage.height, stage.width / RATIO);
    const frame = { width: height * RATIO, height };
    const { naturalWidth, naturalHeight } = cropper.getCanvasData();
    const ratio = Math.max(frame.width / naturalWidth, frame.height / naturalHeight);
    const [width, tall] = [naturalWidth * ratio, naturalHeight * ratio];
    cropper.setCanvasData({ width });
    cropper.setCanvasData({ left: (stage.width - width) / 2, top: (stage.height - tall) / 2 });
    cropper.setCropBoxData({
      ...frame,
      left: (stage.width - frame.width) / 2,
      top: (stage.height - frame.height) / 2,
    });
  }

  private press(event: KeyboardEvent): void {
    const cropper = this.cropper;
    if (!cropper) return;
    const arrow = ARROWS[event.key];
    const { width, height } = cropper.getCropBoxData();
    const { width: shown, naturalWidth } = cropper.getCanvasData();
    const zoom = shown / naturalWidth / coverRatio(cropper);
    if (arrow) cropper.move(arrow[0] * width, arrow[1] * height);
    else if (event.key === '+' || event.key === ';') this.zoomTo(zoom * ZOOM_STEP);
    else if (event.key === '-') this.zoomTo(zoom / ZOOM_STEP);
    else return;
    event.preventDefault();
  }
}

interface Point {
  x: number;
  y: number;
}

function middle(cropper: Cropper): Point {
  const { left, top, width, height } = cropper.getCropBoxData();
  return { x: left + width / 2, y: top + height / 2 };
}

/** The ratio of shown to natural size at which the turned image just covers the frame. */
function coverRatio(cropper: Cropper): number {
  const { width, height } = cropper.getCropBoxData();
  const { naturalWidth, naturalHeight } = cropper.getCanvasData();
  return Math.max(width / naturalWidth, height / naturalHeight);
}
