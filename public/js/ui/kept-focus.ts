/** What becomes of the focus where a view takes the focused control away. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/**
 * A focus within `place` whose control is removed, hidden or disabled by a render goes on to what
 * `next` answers, not to the page.
 */
export function useKeptFocus(
  place: RefObject<HTMLElement | null>,
  next: () => HTMLElement | null | undefined,
): void {
  const isWithin = place.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (!isWithin) return;
    const { activeElement: focused } = document;
    if (focused === document.body || focused?.matches(':disabled, [hidden]'))
      next()?.focus({ preventScroll: true });
  });
}
