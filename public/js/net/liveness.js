/** The moments at which a connection may have died unnoticed. */

const AFTER_FOCUS_MS = 300;
const AFTER_ONLINE_MS = 500;
const BETWEEN_TOUCHES_MS = 3_000;

/**
 * A network that dies without a word is noticed by nobody but whoever asks: while the page is in
 * front, this often.
 */
const HEARTBEAT_MS = 15_000;

/** @param {{ check: () => void, connect: () => void, cut: () => void }} connection */
export function watchLiveness(connection) {
  let touchedAt = 0;
  const soon = (/** @type {number} */ delayMs) => () =>
    window.setTimeout(() => connection.check(), delayMs);
  const touched = () => {
    if (Date.now() - touchedAt < BETWEEN_TOUCHES_MS) return;
    touchedAt = Date.now();
    connection.check();
  };
  const focused = soon(AFTER_FOCUS_MS);
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && focused(),
  );
  window.addEventListener('focus', focused);
  window.setInterval(
    () => document.visibilityState === 'visible' && connection.check(),
    HEARTBEAT_MS,
  );
  window.addEventListener('offline', () => connection.cut());
  window.addEventListener('online', soon(AFTER_ONLINE_MS));
  window.addEventListener('pageshow', (event) => event.persisted && connection.connect());
  document.addEventListener('touchstart', touched, { passive: true });
  document.addEventListener('click', touched);
}
