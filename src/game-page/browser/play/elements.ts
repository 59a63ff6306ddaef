import type { Shapes } from './shapes.js';
import type { ShownText } from './sight.js';
import { hashOf } from './random.js';
import { nameOf, rounded, type Thing, type Values } from './things.js';

const MAX_ELEMENTS = 300;
/** Elements by whose classes a page is named. */
const MAX_NAMED = 600;
const MAX_DIGITS = 24;
/** A game moves them by their style, or by attributes of their own. */
const MOVABLE = '[style]:not(html, body, canvas), svg *';
/** What a game shows by classes that come and go, such as `up`. */
const WITH_STATES = 'body [class*=" "], body [id][class]:not(canvas)';
const NUMBERS = /\d[\d,]*(?:\.\d+)?/g;

/** Elements that the game may move, by their id, else by what they are, and by their states. */
export function thingsOfPage(): Thing[] {
  return [
    ...elementsOf(MOVABLE).flatMap((element) => thingOf(element, kindOf(element))),
    ...elementsOf(WITH_STATES).flatMap((element) =>
      [...element.classList]
        .slice(element.id === '' ? 1 : 0)
        .flatMap((state) => thingOf(element, `${kindOf(element)}.${state}`)),
    ),
  ];
}

const elementsOf = (selector: string): Element[] =>
  [...document.querySelectorAll(selector)].slice(0, MAX_ELEMENTS);

function thingOf(element: Element, kind: string): Thing[] {
  const { x, y, width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0) return [];
  const at = [x + width / 2, y + height / 2] as const;
  const isSeen = at[0] >= 0 && at[1] >= 0 && at[0] < innerWidth && at[1] < innerHeight;
  const seen = isSeen ? { x: at[0], y: at[1] } : null;
  return [{ channel: 'page', kind, size: '', at, seen, mark: 0 }];
}

function kindOf(element: Element): string {
  const [first = ''] = element.classList;
  if (element.id !== '') return `#${element.id.replace(/\d+$/, '')}`;
  return element.tagName.toLowerCase() + (first && `.${first}`);
}

/** A name of what elements there are: of their classes, and which of them are of one colour. */
export function nameOfPage(): number {
  const colours = new Map<string, number>();
  const all = [...document.querySelectorAll<HTMLElement>('body *')].slice(0, MAX_NAMED);
  return nameOf(
    all.map((element) => {
      const { backgroundColor = '' } = element.style ?? {};
      const colour = colours.get(backgroundColor) ?? colours.size;
      colours.set(backgroundColor, colour);
      return hashOf(element.getAttribute('class') ?? '') + colour;
    }),
  );
}

/** Returns numbers on the screen by where they stand: words around them may change. */
export function watchDigits(): (texts: readonly ShownText[], shapes: Shapes) => Values {
  const known = new Set<string>();
  return (texts, shapes) => {
    const values: Values = new Map();
    const counts = new Map<string, number>();
    const add = (where: string, text: string): void => {
      for (const [digits] of text.matchAll(NUMBERS)) {
        const count = (counts.get(where) ?? 0) + 1;
        counts.set(where, count);
        const path = `digits.${where}${count > 1 ? ` ${count}` : ''}`.slice(0, 100);
        if (known.size < MAX_DIGITS) known.add(path);
        if (known.has(path)) values.set(path, rounded(Number(digits.replaceAll(',', '')), 3));
      }
    };
    for (const { parent, text } of texts) {
      const box = parent.getBoundingClientRect();
      const { id } = parent.closest('body [id]') ?? {};
      add(id ? `#${id}` : placeName(box.x + box.width / 2, box.y + box.height / 2), text);
    }
    for (const { text, x, y } of shapes.words()) add(placeName(x, y), text);
    return values;
  };
}

function placeName(x: number, y: number): string {
  const down = y < innerHeight / 4 ? 'top' : y < (3 * innerHeight) / 4 ? 'middle' : 'bottom';
  const across = x < innerWidth / 3 ? 'left' : x < (2 * innerWidth) / 3 ? 'centre' : 'right';
  return `${down} ${across}`;
}
