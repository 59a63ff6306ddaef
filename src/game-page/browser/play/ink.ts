import type { Spared } from './three-dimensions.js';

/** A canvas is drawn so small, and its points are counted there. */
const SAMPLE = { width: 195, height: 422 };
/** Points of the screen at which it is looked what lies above a canvas. */
const GRID = { columns: 9, rows: 15 };
/** A canvas that has less of the screen is no stage. */
const STAGE_SHARE = 0.25;
/** With less of the screen free of other things the game is not played on its canvas alone. */
const FREE_SHARE = 0.8;
const CONTENTS = /^(IMG|SVG|VIDEO|INPUT|BUTTON|SELECT|TEXTAREA|IFRAME|CANVAS)$/i;

/**
 * Returns how many points of the screen are not of the most common colour of the canvas on which
 * the game is drawn (P2), whatever lies above it. Null when there is no such canvas, when other
 * things have the screen, or when it cannot be read.
 */
export function watchInk({ contexts, isFresh }: Spared): () => number | null {
  const sample = Object.assign(document.createElement('canvas'), SAMPLE);
  const brush = sample.getContext('2d', { willReadFrequently: true });
  // As they are before they are watched: this is no drawing of the game.
  const clear = brush?.clearRect.bind(brush);
  const draw = brush?.drawImage.bind(brush);
  const inkOf = (canvas: HTMLCanvasElement): number | null => {
    const from = shownPart(canvas);
    const context = contexts.get(canvas);
    if (from === null || context === undefined) return 0;
    if (brush === null || (context !== '2d' && !isFresh())) return null;
    const whole = [0, 0, SAMPLE.width, SAMPLE.height] as const;
    clear?.(...whole);
    draw?.(canvas, ...from, ...whole);
    const points = brush.getImageData(...whole).data;
    return (unlike(points) * innerWidth * innerHeight) / (SAMPLE.width * SAMPLE.height);
  };
  return () => {
    const stages = stagesOf();
    if (stages.length === 0 || !isFree(stages)) return null;
    try {
      const inks = stages.map(inkOf);
      return inks.reduce((most, ink) =>
        most === null || ink === null ? null : Math.max(most, ink),
      );
    } catch {
      // It holds an image of another host.
      return null;
    }
  };
}

/** The largest canvas, and those that lie over it in layers. */
function stagesOf(): HTMLCanvasElement[] {
  const areaOf = (canvas: Element): number => {
    const { width, height } = canvas.getBoundingClientRect();
    return width * height;
  };
  const all = [...document.querySelectorAll('canvas')].filter(
    (canvas) =>
      canvas.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
      getComputedStyle(canvas).pointerEvents !== 'none' &&
      areaOf(canvas) >= STAGE_SHARE * innerWidth * innerHeight,
  );
  const largest = Math.max(...all.map(areaOf));
  return all.filter((canvas) => areaOf(canvas) >= largest / 2);
}

/** Of the canvas's own points the rectangle that is on the screen: x, y, width, height. */
function shownPart(canvas: HTMLCanvasElement): [number, number, number, number] | null {
  const box = canvas.getBoundingClientRect();
  const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
  const [width, height] = [
    Math.min(innerWidth, box.right) - left,
    Math.min(innerHeight, box.bottom) - top,
  ];
  if (width <= 0 || height <= 0 || canvas.width === 0 || canvas.height === 0) return null;
  const [across, down] = [canvas.width / box.width, canvas.height / box.height];
  return [(left - box.left) * across, (top - box.top) * down, width * across, height * down];
}

/** Whether almost nothing lies above the stages where they are, or on the screen beside them. */
function isFree(stages: readonly Element[]): boolean {
  const { columns, rows } = GRID;
  let free = 0;
  for (let at = 0; at < columns * rows; at += 1) {
    const x = (((at % columns) + 0.5) * innerWidth) / columns;
    const y = ((Math.floor(at / columns) + 0.5) * innerHeight) / rows;
    const first = document
      .elementsFromPoint(x, y)
      .find((element) => stages.includes(element) || isContent(element));
    if (first === undefined || stages.includes(first)) free += 1;
  }
  return free >= FREE_SHARE * columns * rows;
}

function isContent(element: Element): boolean {
  if (element === document.body || element === document.documentElement) return false;
  if (CONTENTS.test(element.tagName)) return true;
  const { backgroundColor, backgroundImage, borderTopWidth } = getComputedStyle(element);
  const isPainted = !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor);
  const hasWords = [...element.childNodes].some(
    (node) => node instanceof Text && node.data.trim() !== '',
  );
  return hasWords || isPainted || backgroundImage !== 'none' || borderTopWidth !== '0px';
}

/** Points that are not of the most common of 65,536 colours, of which transparent is one. */
function unlike(points: Uint8ClampedArray): number {
  const counts = new Uint32Array(2 ** 16);
  // Four bytes each: a byte at a time this would be a tenth of a play in three dimensions.
  const all = new Uint32Array(points.buffer, points.byteOffset, points.length / 4);
  let most = 0;
  for (const point of all) {
    const bucket =
      ((point >>> 4) & 0xf) |
      ((point >>> 8) & 0xf0) |
      ((point >>> 12) & 0xf00) |
      ((point >>> 16) & 0xf000);
    counts[bucket] += 1;
    most = Math.max(most, counts[bucket]);
  }
  return all.length - most;
}
