const EVENTS = ['move', 'over', 'out', 'enter', 'leave'].flatMap((each) => [
  `mouse${each}`,
  `pointer${each}`,
]);

/**
 * A phone has no mouse, but the browser moves one when a page has its place, at a moment of the
 * machine's: no game gets these events. What it makes of a tap for pages without touch events is
 * of a finger.
 */
export function refuseMouse(): void {
  const refuse = (event: MouseEvent): void => {
    if (event.isTrusted && !isOfFinger(event)) event.stopImmediatePropagation();
  };
  for (const name of EVENTS)
    addEventListener(name as keyof WindowEventMap, refuse as EventListener, true);
}

/** What this engine alone adds to an event. */
type Source = { sourceCapabilities?: { firesTouchEvents?: boolean } | null };

const isOfFinger = (event: MouseEvent & Source): boolean =>
  event instanceof PointerEvent
    ? event.pointerType === 'touch'
    : event.sourceCapabilities?.firesTouchEvents === true;
