import { before } from './canvas.js';
import { nameOf, sizeName, type Thing } from './things.js';

/** Left, top, right and bottom, canvas pixels. */
type Area = readonly [number, number, number, number];
type Context = CanvasRenderingContext2D;

/** Something drawn on a flat canvas, canvas pixels. */
interface Shape {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** It has most of the canvas: no thing, but what things are drawn on. */
  readonly isGround: boolean;
  readonly text: string;
  readonly colour: number;
}

/** What was drawn on a canvas in the last frame that has drawn there. */
interface Sheet {
  readonly at: number;
  readonly shapes: Shape[];
  /** In the order in which they came: another palette changes none of these numbers. */
  readonly colours: Map<unknown, number>;
  /** Canvases that were drawn on it. */
  readonly sources: Set<unknown>;
}

/** What flat canvases show, at places of the screen. */
export interface Shapes {
  readonly things: () => Thing[];
  readonly words: () => { text: string; x: number; y: number }[];
}

const MAX_SHAPES = 2_000;
const GROUND_SHARE = 0.6;
/** A text that is a thing itself, as emoji are. */
const SYMBOL = /^[^\p{L}\p{N}\s]{1,3}$/u;

const boxed = ([x = 0, y = 0, width = 0, height = 0]: number[]): Area => [
  x,
  y,
  x + width,
  y + height,
];
const round = ([x = 0, y = 0, rx = 0, ry = rx]: number[]): Area => [x - rx, y - ry, x + rx, y + ry];
const end = (given: number[]): Area => {
  const [x = 0, y = 0] = given.slice(-2);
  return [x, y, x, y];
};
/** What each method adds to a path; curves: where they end. */
const PATHS: Readonly<Record<string, (given: number[]) => Area>> = {
  moveTo: end,
  lineTo: end,
  quadraticCurveTo: end,
  bezierCurveTo: end,
  rect: boxed,
  roundRect: boxed,
  arc: (given) => round(given.slice(0, 3)),
  ellipse: (given) => round(given.slice(0, 4)),
};

/** Records what is drawn on flat canvases that are shown, or drawn on one that is. */
export function watchShapes(moment: () => number): Shapes {
  const sheets = new Map<HTMLCanvasElement, Sheet>();
  watchDrawings(({ canvas }, isNew) => {
    const known = sheets.get(canvas);
    if (known?.at === moment() && !isNew) return known;
    const sheet: Sheet = { at: moment(), shapes: [], colours: new Map(), sources: new Set() };
    sheets.set(canvas, sheet);
    return sheet;
  });
  const isShown = (canvas: HTMLCanvasElement, at: number): boolean =>
    canvas.isConnected ||
    [...sheets].some(([to, on]) => to.isConnected && on.at === at && on.sources.has(canvas));
  const shown = <T>(made: (shape: Shape, x: number, y: number) => T): T[] =>
    [...sheets].flatMap(([canvas, { at, shapes }]) => {
      if (!isShown(canvas, at)) return [];
      const box = canvas.getBoundingClientRect();
      const across = (box.width || innerWidth) / canvas.width;
      const down = (box.height || innerHeight) / canvas.height;
      return shapes.map((shape) => made(shape, box.x + shape.x * across, box.y + shape.y * down));
    });
  return {
    words: () => shown(({ text }, x, y) => ({ text, x, y })).filter(({ text }) => text !== ''),
    things: () =>
      shown(({ kind, size, isGround, colour }, x, y) => {
        const isSeen = !isGround && x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
        return {
          channel: 'drawn',
          kind,
          size: SYMBOL.test(kind) ? '' : sizeName(size),
          at: [x, y],
          seen: isSeen ? { x, y } : null,
          mark: nameOf([colour, size]),
        };
      }),
  };
}

function watchDrawings(sheetOf: (context: Context, isNew?: boolean) => Sheet): void {
  const plane = window.CanvasRenderingContext2D?.prototype;
  const pathOf = watchPaths(plane);
  const add = (context: Context, kind: string, area: Area, text = ''): void => {
    const { shapes, colours } = sheetOf(context);
    if (shapes.length >= MAX_SHAPES) return;
    const style = kind === 'line' ? context.strokeStyle : context.fillStyle;
    const colour = colours.get(style) ?? colours.size;
    colours.set(style, colour);
    shapes.push(Object.assign(placed(context, area), { kind, text, colour }));
  };
  for (const name of ['fill', 'stroke'])
    before(plane, name, (context: Context, [path]) => {
      const { area, isRound } = pathOf(context, path);
      add(context, name === 'stroke' ? 'line' : isRound ? 'disc' : 'shape', area);
    });
  for (const name of ['fillRect', 'strokeRect', 'clearRect'])
    before(plane, name, (context: Context, given) => {
      const area = boxed(given.map(Number));
      const { fillStyle, globalAlpha } = context;
      const isOpaque =
        typeof fillStyle === 'string' && fillStyle.startsWith('#') && globalAlpha === 1;
      const covers = name === 'clearRect' || (name === 'fillRect' && isOpaque);
      if (covers && placed(context, area).isGround) sheetOf(context, true);
      if (name !== 'clearRect') add(context, 'rect', area);
    });
  before(plane, 'drawImage', (context: Context, [image, ...given]) => {
    sheetOf(context).sources.add(image);
    const { width = 0, height = 0 } = image as Partial<Record<'width' | 'height', number>>;
    const [x, y, wide = width, tall = height] = given.slice(given.length > 4 ? 4 : 0).map(Number);
    add(context, 'image', boxed([x ?? 0, y ?? 0, Number(wide), Number(tall)]));
  });
  for (const name of ['fillText', 'strokeText'])
    before(plane, name, (context: Context, [given, x, y]) => {
      const text = String(given).slice(0, 200);
      const tall = Number(/([\d.]+)px/.exec(context.font)?.[1] ?? 10);
      if (context.globalAlpha <= 0.05 || text.trim() === '') return;
      const kind = SYMBOL.test(text) ? text : 'text';
      add(context, kind, boxed([Number(x), Number(y) - tall / 2, 0, tall]), text);
    });
}

/** Where an area lies on its canvas as it is turned and moved now. */
function placed(
  context: Context,
  [left, top, right, bottom]: Area,
): Pick<Shape, 'x' | 'y' | 'size' | 'isGround'> {
  const { a, b, c, d, e, f } = context.getTransform();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const wide = Math.abs(right - left) * Math.hypot(a, b);
  const tall = Math.abs(bottom - top) * Math.hypot(c, d);
  const { width, height } = context.canvas;
  return {
    x: a * x + c * y + e,
    y: b * x + d * y + f,
    size: Math.max(wide, tall),
    isGround: wide * tall >= GROUND_SHARE * width * height,
  };
}

/** What a context has begun to draw. */
interface Path {
  area: [number, number, number, number];
  isRound: boolean;
}

/** Returns how far the path of a context reaches; one that it is given is at its origin. */
function watchPaths(plane: Context | undefined): (context: Context, given: unknown) => Path {
  const paths = new WeakMap<Context, Path>();
  const begin = (context: Context, isRound: boolean): Path => {
    const path: Path = { area: [Infinity, Infinity, -Infinity, -Infinity], isRound };
    paths.set(context, path);
    return path;
  };
  before(plane, 'beginPath', (context: Context) => begin(context, true));
  for (const [name, areaOf] of Object.entries(PATHS)) {
    const isRound = ['arc', 'ellipse', 'moveTo'].includes(name);
    before(plane, name, (context: Context, given) => {
      const path = paths.get(context) ?? begin(context, isRound);
      const [left, top, right, bottom] = areaOf(given.map(Number));
      const { area } = path;
      area[0] = Math.min(area[0], left);
      area[1] = Math.min(area[1], top);
      area[2] = Math.max(area[2], right);
      area[3] = Math.max(area[3], bottom);
      path.isRound &&= isRound;
    });
  }
  const unknown: Path = { area: [0, 0, 0, 0], isRound: false };
  return (context, given) =>
    typeof given === 'object' ? unknown : (paths.get(context) ?? unknown);
}
