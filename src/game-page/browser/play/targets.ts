import type { PlayedPage } from '../../names.js';
import { nameOf, TARGETS } from '../element-name.js';
import { shownAt } from './sight.js';

/** Elements whose cursor is read, of pages that mark buttons by style alone. */
const MAX_STYLED = 600;
/** Of the text of a button. */
const MAX_SAID = 40;

/** Returns what can be tapped, each once, and whether the last call had it. */
export function watchTargets(): PlayedPage['targets'] {
  let known = new Set<Element>();
  return () => {
    const before = known;
    known = new Set();
    return shownTargets().map((target) => {
      known.add(target.element);
      return { ...placedTarget(target), isNew: !before.has(target.element) };
    });
  };
}

/** The same with what stands on it. */
export function saidTarget(target: Target): ReturnType<typeof placedTarget> & { text: string } {
  const text = (target.element.textContent ?? '').trim().slice(0, MAX_SAID);
  return { ...placedTarget(target), text };
}

/** Its place, and its name if it has one. */
function placedTarget({ element, x, y }: Target): { x: number; y: number; name?: string } {
  const name = nameOf(element);
  return { x, y, ...(name !== null && { name }) };
}

/** As {@link PlayedPage.nameAt}. */
export function nameAt(x: number, y: number): string | null {
  const top = document.elementFromPoint(x, y);
  const [target] = shownTargets()
    .filter(({ element }) => element.contains(top))
    .slice(-1);
  return target ? nameOf(target.element) : null;
}

/** As {@link PlayedPage.placeOf}. */
export function placeOf(name: string, x: number, y: number): { x: number; y: number } {
  const top = document.elementFromPoint(x, y);
  const named = shownTargets().filter(({ element }) => nameOf(element) === name);
  if (named.some(({ element }) => element.contains(top))) return { x, y };
  const away = (at: { x: number; y: number }): number => Math.hypot(at.x - x, at.y - y);
  const [nearest] = named.sort((one, other) => away(one) - away(other));
  return nearest ? { x: nearest.x, y: nearest.y } : { x, y };
}

interface Target {
  element: Element;
  x: number;
  y: number;
}

/** All that can be tapped, at their centres. */
export function shownTargets(): Target[] {
  const styled = [...document.querySelectorAll('body *')]
    .slice(0, MAX_STYLED)
    .filter((each) => getComputedStyle(each).cursor === 'pointer');
  const seen = new Set<string>();
  return [...document.querySelectorAll(TARGETS), ...styled]
    .flatMap((element) => {
      const at = shownAt(element);
      return at === null ? [] : { element, ...at };
    })
    .filter(({ x, y }) => !seen.has(`${x},${y}`) && seen.add(`${x},${y}`));
}
