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
  /** Of each of them; measured when it is asked for: most frames are not. */
  places: (() => TextPlace | null)[];
}

export interface Canvases {
  readonly notes: ReadonlyMap<HTMLCanvasElement, CanvasNote>;
  /** Names what the last frame has drawn: where, not in which colours; 0 = nothing. */
  readonly drawing: () => number;
}

const MAX_TEXTS = 60;
const OVER_TEXT = ['clearRect', 'fillRect', 'drawImage', 'fill'];
const OTHERS = ['arc', 'moveTo', 'lineTo', 'translate', 'setTransform', 'putImageData'];
/** Of a canvas pixel: less is no movement. */
const STEPS = 4;

/**
 * Records the words on each canvas: those of the last moment in which any were written, unless the
 * canvas was drawn on later.
 */
export function watchCanvases(moment: () => number): Canvases {
  const canvases = new Map<HTMLCanvasElement, CanvasNote>();
  const drawing = drawingsOf(moment);
  const noteOf = ({ canvas }: CanvasRenderingContext2D): CanvasNote => {
    const known = canvases.get(canvas);
    if (known) return known;
    const note: CanvasNote = { textAt: -1, drawAt: -1, texts: [], places: [] };
    canvases.set(canvas, note);
    return note;
  };
  const ruler = document.createElement('canvas').getContext('2d');
  const plane = window.CanvasRenderingContext2D?.prototype;
  for (const name of ['fillText', 'strokeText'])
    before(plane, name, (context: CanvasRenderingContext2D, given) => {
      const [text, x] = given;
      const note = noteOf(context);
      const at = moment();
      drawing.add(given);
      if (note.textAt !== at) {
        note.texts = [];
        note.textAt = at;
      }
      if (context.globalAlpha <= 0.05 || note.texts.length >= MAX_TEXTS) return;
      note.texts.push(String(text));
      note.places[note.texts.length - 1] = placeOfText(context, ruler, String(text), Number(x));
    });
  for (const name of OVER_TEXT)
    before(plane, name, (context: CanvasRenderingContext2D, given) => {
      noteOf(context).drawAt = moment();
      drawing.add(given);
    });
  for (const name of OTHERS) before<object>(plane, name, (_, given) => drawing.add(given));
  return { notes: canvases, drawing: drawing.last };
}

function drawingsOf(moment: () => number): { add: (given: unknown[]) => void; last: () => number } {
  let [drawnAt, drawing, last] = [-1, 0, 0];
  return {
    add(given) {
      const at = moment();
      if (at !== drawnAt) [drawnAt, drawing, last] = [at, 1, drawing];
      for (const each of given)
        if (typeof each === 'number') drawing = Math.imul(drawing ^ (each * STEPS), 0x01000193);
    },
    last: () => (moment() > drawnAt ? drawing : last),
  };
}

/** Texts that stand on a canvas now. */
export function drawnTexts({ notes }: Canvases): string[] {
  return [...notes].flatMap(([canvas, note]) =>
    note.textAt >= note.drawAt - FRAME_MS && (canvas.isConnected || notes.size === 1)
      ? note.texts.map((text) => text.slice(0, 200))
      : [],
  );
}

/** How the text is written is read now: the context writes others otherwise. */
function placeOfText(
  context: CanvasRenderingContext2D,
  ruler: CanvasRenderingContext2D | null,
  text: string,
  x: number,
): () => TextPlace | null {
  const { font, textAlign, direction } = context;
  const { a, b, c, d, e } = context.getTransform();
  return () => {
    if (ruler === null || Math.abs(b) + Math.abs(c) > 0.01 * Math.abs(a)) return null;
    const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 10);
    const box = Object.assign(ruler, { font, textAlign, direction }).measureText(text);
    const across = (at: number): number => e + a * at;
    return {
      tall: size * Math.abs(d),
      left: across(x - box.actualBoundingBoxLeft),
      right: across(x + box.actualBoundingBoxRight),
    };
  };
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
