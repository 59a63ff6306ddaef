import type { PageLayout } from '../../names.js';
import type { Canvases } from './canvas.js';
import { shownAt, shownTexts, textsOf, type ShownText } from './sight.js';

/** CSS pixels below which text is hard to read and a button hard to hit. */
const SMALL_TEXT = 10;
const SMALL_TARGET = 32;
/** Text may reach so far beyond the edge of the screen. */
const EDGE = 2;
const MAX_LISTED = 10;
const BUTTONS = 'button, a, input, select, [role=button]';

/** Of the smaller of two boxes; less is the edge of a letter. */
const OVERLAP_SHARE = 0.25;
const MAX_BOXES = 150;
/** Of the screen. */
const COVER_SHARE = 0.15;

interface Word {
  text: string;
  tall: number;
  left: number;
  right: number;
}

/** Words or a button of the page. */
interface Box {
  text: string;
  element: Element;
  area: DOMRect;
}

/** Words by their size and place, buttons by their size, as a phone's player meets them. */
export function layoutOf(canvases: Canvases): PageLayout {
  const boxes = shownTexts().map(wordBox);
  const all = [...wordsOnCanvas(canvases), ...boxes.map(wordOf)];
  const buttons = [...document.querySelectorAll(BUTTONS)].filter(shownAt);
  return {
    small: few(all.filter(({ tall }) => tall < SMALL_TEXT).map(({ text }) => text)),
    cut: few(all.filter(isCut).map(({ text }) => text)),
    targets: few(buttons.filter(isSmall).map((one) => label(one.textContent || one.tagName))),
    overlaps: few([
      ...overlapsOf(boxes),
      ...overlapsOf(buttons.map(buttonBox)),
      ...textsOf(isThere).map(wordBox).flatMap(coveredBy),
    ]),
    buttons: buttons.length,
  };
}

function wordBox({ node, text, parent }: ShownText): Box {
  const range = document.createRange();
  range.selectNodeContents(node);
  return { text: label(text), element: parent, area: range.getBoundingClientRect() };
}

const isThere = (element: Element): boolean =>
  element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

/** Words below a small part of the page that has words, too; what is large is a dialog. */
function coveredBy({ text, element, area }: Box): string[] {
  let top = document.elementFromPoint(area.x + area.width / 2, area.y + area.height / 2);
  while (top && isClear(top)) top = top.parentElement;
  if (!top || top.contains(element) || element.contains(top)) return [];
  const cover = buttonBox(top);
  const isSmallPart = cover.area.width * cover.area.height < COVER_SHARE * innerWidth * innerHeight;
  // Cards lie over cards.
  const isOther = top.className !== element.className || top.tagName !== element.tagName;
  const hasWords = top.textContent.trim() !== '' && cover.text !== text;
  return isSmallPart && isOther && hasWords ? [`${cover.text} | ${text}`] : [];
}

function isClear(element: Element): boolean {
  const { backgroundColor, backgroundImage } = getComputedStyle(element);
  return backgroundImage === 'none' && /, 0\)$/.test(backgroundColor);
}

function buttonBox(element: Element): Box {
  const text = label(element.textContent || element.tagName);
  return { text, element, area: element.getBoundingClientRect() };
}

/** Those that lie over each other, two at a time; what is within another, or doubled, does not. */
function overlapsOf(all: Box[]): string[] {
  const boxes = all.slice(0, MAX_BOXES);
  return boxes.flatMap((one, at) =>
    boxes.slice(at + 1).flatMap((other) => {
      const isApart =
        one.text !== other.text &&
        !one.element.contains(other.element) &&
        !other.element.contains(one.element);
      return isApart && isOver(one.area, other.area) ? `${one.text} | ${other.text}` : [];
    }),
  );
}

function isOver(one: DOMRect, other: DOMRect): boolean {
  const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const tall = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const smaller = Math.min(one.width * one.height, other.width * other.height);
  return wide > 0 && tall > 0 && wide * tall >= OVERLAP_SHARE * smaller;
}

function wordsOnCanvas({ notes }: Canvases): Word[] {
  return [...notes].flatMap(([canvas, note]) => {
    if (!canvas.isConnected || canvas.width === 0) return [];
    const box = canvas.getBoundingClientRect();
    const scale = box.width / canvas.width;
    return note.texts.flatMap((text, at) => {
      const place = note.places[at]?.();
      if (!place || !text.trim()) return [];
      return {
        text: label(text),
        tall: (place.tall * box.height) / canvas.height,
        left: box.left + place.left * scale,
        right: box.left + place.right * scale,
      };
    });
  });
}

const wordOf = ({ text, element, area: { left, right } }: Box): Word => ({
  text,
  tall: parseFloat(getComputedStyle(element).fontSize),
  left,
  right,
});

function isCut({ left, right }: Word): boolean {
  const isInside = right > 0 && left < innerWidth;
  return isInside && (left < -EDGE || right > innerWidth + EDGE);
}

function isSmall(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return Math.min(width, height) < SMALL_TARGET;
}

const label = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 40);
const few = (texts: string[]): string[] => [...new Set(texts)].slice(0, MAX_LISTED);
