import { before } from './canvas.js';

const MAX_VIOLATIONS = 20;
const MAX_TEXTS = 200;

export interface ShownText {
  node: Text;
  text: string;
  parent: Element;
}

/** What a policy has refused since the last call, or phones would: sound before a touch. */
export function watchViolations(): () => [string, string][] {
  const violations: [string, string][] = [];
  const add = (directive: string, blocked: string): void => {
    if (violations.length < MAX_VIOLATIONS) violations.push([directive, blocked]);
  };
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    add(String(effectiveDirective), String(blockedURI)),
  );
  let isTouched = false;
  for (const type of ['pointerdown', 'keydown'])
    addEventListener(type, () => (isTouched = true), { capture: true });
  for (const type of [window.AudioScheduledSourceNode, window.AudioBufferSourceNode])
    before<object>(type?.prototype, 'start', () => {
      if (!isTouched) add('autoplay', 'sound before a touch');
    });
  return () => violations.splice(0);
}

/** The centre of an element that can be seen there; null of one that cannot. */
export function shownAt(element: Element): { x: number; y: number } | null {
  if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return null;
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const isInside = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight && box.width > 0;
  if (!isInside) return null;
  const top = document.elementFromPoint(x, y);
  const isTop = top && (element.contains(top) || top.contains(element));
  const isThrough = getComputedStyle(element).pointerEvents === 'none';
  return isTop || isThrough ? { x: Math.round(x), y: Math.round(y) } : null;
}

/** The words on the page, those of a line or paragraph together. */
export function shownLines(texts = shownTexts()): string[] {
  const lines: { block: Element; text: string }[] = [];
  for (const { parent, text } of texts) {
    const block = blockOf(parent);
    const last = lines.at(-1);
    if (last?.block === block) last.text += ` ${text}`;
    else lines.push({ block, text });
  }
  return lines.map(({ text }) => text.slice(0, 200));
}

function blockOf(element: Element): Element {
  let block = element;
  while (block.parentElement && getComputedStyle(block).display === 'inline')
    block = block.parentElement;
  return block;
}

export const shownTexts = (): ShownText[] => textsOf(shownAt);

/** Texts of the page whose element is one of these. */
export function textsOf(isOne: (parent: Element) => unknown): ShownText[] {
  const found: ShownText[] = [];
  if (!document.body) return found;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && found.length < MAX_TEXTS) {
    const node = walker.currentNode as Text;
    const parent = node.parentElement;
    if (!parent || /^(SCRIPT|STYLE|NOSCRIPT)$/.test(parent.tagName)) continue;
    const text = node.data.replace(/\s+/g, ' ').trim();
    if (text && isOne(parent)) found.push({ node, text, parent });
  }
  return found;
}

/** A page that is wider than the phone is moved below a window that stays where it is. */
export function scrolled(): number {
  const { scrollTop = 0, scrollLeft = 0 } = document.body ?? {};
  const { pageTop = scrollY, pageLeft = scrollX } = visualViewport ?? {};
  return Math.round(Math.max(...[pageLeft, pageTop, scrollTop, scrollLeft].map(Math.abs)));
}
