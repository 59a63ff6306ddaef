import { FRAME_MS } from '../../names.js';

/** Where a text stands on its canvas, and how tall it is there; canvas pixels. */
interface TextPlace {
  tall: number;
  left: number;
  right: number;
}

interface CanvasNote {
  /** Moments of the last text and the last drawing over it. */
  textAt: number;
  drawAt: number;
  texts: string[];
  places: (TextPlace | null)[];
}

export type Canvases = ReadonlyMap<HTMLCanvasElement, CanvasNote>;

const MAX_TEXTS = 60;
const MAX_BOXES = 2_000;

/**
 * Records the words on each canvas: those of the last moment in which any were written, unless the
 * canvas was drawn on later.
 */
export function watchCanvases(moment: () => number): Canvases {
  const canvases = new Map<HTMLCanvasElement, CanvasNote>();
  const noteOf = ({ canvas }: CanvasRenderingContext2D): CanvasNote => {
    const known = canvases.get(canvas);
    if (known) return known;
    const note: CanvasNote = { textAt: -1, drawAt: -1, texts: [], places: [] };
    canvases.set(canvas, note);
    return note;
  };
  const boxOf = textBoxes();
  const plane = window.CanvasRenderingContext2D?.prototype;
  for (const name of ['fillText', 'strokeText'])
    before(plane, name, (context: CanvasRenderingContext2D, [text, x]) => {
      const note = noteOf(context);
      const at = moment();
      if (note.textAt !== at) {
        note.texts = [];
        note.textAt = at;
      }
      if (context.globalAlpha <= 0.05 || note.texts.length >= MAX_TEXTS) return;
      note.texts.push(String(text));
      const place = placeOfText(context, boxOf(context, String(text)), Number(x));
      note.places[note.texts.length - 1] = place;
    });
  for (const name of ['clearRect', 'fillRect', 'drawImage', 'fill'])
    before(plane, name, (context: CanvasRenderingContext2D) => {
      noteOf(context).drawAt = moment();
    });
  return canvases;
}

/** Texts that stand on a canvas now. */
export function drawnTexts(canvases: Canvases): string[] {
  return [...canvases].flatMap(([canvas, note]) =>
    note.textAt >= note.drawAt - FRAME_MS && (canvas.isConnected || canvases.size === 1)
      ? note.texts.map((text) => text.slice(0, 200))
      : [],
  );
}

type Box = Pick<TextPlace, 'left' | 'right'>;

/** The same few words are written in every frame: their boxes are measured once. */
function textBoxes(): (context: CanvasRenderingContext2D, text: string) => Box {
  const boxes = new Map<string, Box>();
  return (context, text) => {
    const key = context.font + context.textAlign + text;
    const known = boxes.get(key);
    if (known) return known;
    if (boxes.size > MAX_BOXES) boxes.clear();
    const measured = context.measureText(text);
    const box = { left: measured.actualBoundingBoxLeft, right: measured.actualBoundingBoxRight };
    boxes.set(key, box);
    return box;
  };
}

function placeOfText(context: CanvasRenderingContext2D, box: Box, x: number): TextPlace | null {
  const size = Number(/([\d.]+)px/.exec(context.font)?.[1] ?? 10);
  const { a, b, c, d, e } = context.getTransform();
  if (Math.abs(b) + Math.abs(c) > 0.01 * Math.abs(a)) return null;
  const across = (at: number): number => e + a * at;
  return { tall: size * Math.abs(d), left: across(x - box.left), right: across(x + box.right) };
}

/** Calls `hook` before each call of a method; the method is skipped when the hook returns false. */
export function before<T>(
  prototype: T | undefined,
  name: string,
  hook: (receiver: T, given: unknown[]) => unknown,
): void {
  const methods = prototype as Record<string, unknown> | undefined;
  const original = methods?.[name];
  if (!methods || typeof original !== 'function') return;
  methods[name] = function (this: T, ...given: unknown[]): unknown {
    if (hook(this, given) === false) return undefined;
    return Reflect.apply(original, this, given) as unknown;
  };
}
