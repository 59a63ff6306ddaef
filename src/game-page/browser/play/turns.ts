/** Longer than the chain of promises behind any function that a game awaits. */
const TURNS = 64;

/**
 * Has the virtual clock yield in turns of the microtask queue, so that what the game has promised
 * is done before the next timer; what comes from outside comes when the time that was asked for has
 * passed. By itself it sends a message to a channel of its own between two timers, and the browser
 * paints frames meanwhile that are not captured: that was a sixth of the time of a play. It makes
 * the channel at its first timer.
 */
export function yieldInTurns(runFor: (ms: number) => Promise<void>): void {
  const { MessageChannel: channel } = window;
  const soon = window.queueMicrotask.bind(window);
  const after = (turns: number, call: () => void): void =>
    soon(turns === 0 ? call : () => after(turns - 1, call));
  let isTaken = false;
  window.MessageChannel = function TurnsChannel() {
    isTaken = true;
    const port1: { onmessage: (() => void) | null } = { onmessage: null };
    return { port1, port2: { postMessage: () => after(TURNS, () => port1.onmessage?.()) } };
  } as unknown as typeof MessageChannel;
  window.setTimeout(() => undefined, 0);
  // It comes to the end of its first timer before it waits.
  void runFor(0);
  window.MessageChannel = channel;
  if (!isTaken) throw new Error('the virtual clock yields in another way');
}
