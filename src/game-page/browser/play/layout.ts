import type { PageLayout } from '../../names.js';
import type { Canvases } from './canvas.js';
import { shownAt, shownTexts } from './sight.js';

/** CSS pixels below which text is hard to read and a button hard to hit. */
const SMALL_TEXT = 10;
const SMALL_TARGET = 32;
/** Text may reach so far beyond the edge of the screen. */
const EDGE = 2;
const MAX_LISTED = 10;
const BUTTONS = 'button, a, input, select, [role=button]';

interface Word {
  text: string;
  tall: number;
  left: number;
  right: number;
}

/** Words by their size and place, buttons by their size, as a phone's player meets them. */
export function layoutOf(canvases: Canvases): PageLayout {
  const all = [...wordsOnCanvas(canvases), ...wordsOnPage()];
  const buttons = [...document.querySelectorAll(BUTTONS)].filter(shownAt);
  return {
    small: few(all.filter(({ tall }) => tall < SMALL_TEXT).map(({ text }) => text)),
    cut: few(all.filter(isCut).map(({ text }) => text)),
    targets: few(buttons.filter(isSmall).map((one) => label(one.textContent || one.tagName))),
    buttons: buttons.length,
  };
}

function wordsOnCanvas({ notes }: Canvases): Word[] {
  return [...notes].flatMap(([canvas, note]) => {
    if (!canvas.isConnected || canvas.width === 0) return [];
    const box = canvas.getBoundingClientRect();
    const scale = box.width / canvas.width;
    return note.texts.flatMap((text, at) => {
      const place = note.places[at];
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

function wordsOnPage(): Word[] {
  return shownTexts().map(({ node, text, parent }) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right } = range.getBoundingClientRect();
    return { text: label(text), tall: parseFloat(getComputedStyle(parent).fontSize), left, right };
  });
}

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
