/** Units of the virtual screen: every device plays the same game. */
export const W = 390;
export const H = 844;
/** More costs time and shows nothing. */
const MAX_DENSITY = 2;

const STYLE = `html, body { margin: 0; height: 100%; overflow: hidden; overscroll-behavior: none;
  touch-action: none; user-select: none; -webkit-user-select: none; }
html { background: #0d1026; }
canvas { position: fixed; touch-action: none; }`;
const VIEWPORT = 'width=device-width, initial-scale=1, viewport-fit=cover, user-scalable=no';

/** Where the virtual screen lies in the window, in CSS pixels; `density`: device pixels for one. */
export const frame = { scale: 1, left: 0, top: 0, density: 1 };

export const view = document.createElement('canvas');
export const ctx = contextOf(view);

const canvases: { canvas: HTMLCanvasElement; size: (width: number, height: number) => void }[] = [];

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws nothing');
  return context;
}

/** Gives the page its style, viewport and canvas; before the body is there, once it is. */
export function preparePage(): void {
  const style = document.createElement('style');
  style.textContent = STYLE;
  document.head.append(style);
  if (document.querySelector('meta[name="viewport"]') === null) {
    const viewport = Object.assign(document.createElement('meta'), { name: 'viewport' });
    document.head.append(Object.assign(viewport, { content: VIEWPORT }));
  }
  addEventListener('resize', layOut);
}

/**
 * Puts a canvas over those that were put before. `size` is called with its size in CSS pixels, now
 * and when that changes.
 */
export function putCanvas(
  canvas: HTMLCanvasElement,
  size: (width: number, height: number) => void,
): void {
  canvases.push({ canvas, size });
  const put = (): void => document.body.append(canvas);
  // A script in the head runs before there is a body.
  if (document.body === null) addEventListener('DOMContentLoaded', put, { once: true });
  else put();
  layOut();
}

/** The flat canvas; drawn in units of the virtual screen. */
export function putView(): void {
  putCanvas(view, (width, height) => {
    view.width = Math.round(width * frame.density);
    view.height = Math.round(height * frame.density);
  });
}

function layOut(): void {
  const scale = Math.min(innerWidth / W, innerHeight / H) || 1;
  const [width, height] = [W * scale, H * scale];
  const [left, top] = [(innerWidth - width) / 2, (innerHeight - height) / 2];
  const density = Math.min(window.devicePixelRatio || 1, MAX_DENSITY);
  Object.assign(frame, { scale, left, top, density });
  for (const { canvas, size } of canvases) {
    size(width, height);
    Object.assign(canvas.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  }
}
