/** The part of an image that a crop keeps: cropper.js over the image, moved and sized by hand. */
import Cropper from 'cropperjs';
import type { Frame } from './image-drawing.js';

export class CropFrame {
  private readonly cropper: Cropper;
  private isReady = false;

  /** `onDrag` is called for every change by a pointer; sliders beside it do the same for keys. */
  constructor(
    image: HTMLCanvasElement,
    private readonly onDrag: (part: Frame) => void,
  ) {
    this.cropper = new Cropper(image, {
      viewMode: 1,
      dragMode: 'none',
      autoCropArea: 1,
      zoomable: false,
      toggleDragModeOnDblclick: false,
      background: false,
      // Browsers turn images themselves; reading the file again is against the page's policy.
      checkOrientation: false,
      checkCrossOrigin: false,
      ready: () => (this.isReady = true),
      cropmove: () => this.onDrag(this.part),
      cropend: () => this.onDrag(this.part),
    });
  }

  /** In whole pixels of the image: between two of them a crop would blur. */
  get part(): Frame {
    return this.cropper.getData(true);
  }

  /** Width by height; null = free. */
  shapeAs(aspect: number | null): void {
    this.cropper.setAspectRatio(aspect ?? NaN);
  }

  place(part: Frame): void {
    if (this.isReady) this.cropper.setData(part);
  }
}
