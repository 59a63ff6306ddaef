/** The moments at which a connection may have died unnoticed. */

const AFTER_FOCUS_MS = 300;
const AFTER_ONLINE_MS = 500;
const BETWEEN_TOUCHES_MS = 3_000;
/** While the page is visible: a network that fails silently is found by a ping only. */
const HEARTBEAT_MS = 15_000;

type Watched = Record<'check' | 'connect' | 'cut', () => void>;

export function watchLiveness(connection: Watched): void {
  let touchedAt = 0;
  const soon = (delayMs: number) => () => window.setTimeout(() => connection.check(), delayMs);
  const touched = (): void => {
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
