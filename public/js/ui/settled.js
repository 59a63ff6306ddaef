/** When a page may load what it can do without. */

const IDLE_WITHIN_MS = 2_000;
/** Upper bound: an image that never arrives would hold back the event `load`. */
const LOADED_WITHIN_MS = 10_000;

/** Resolves once the page has loaded and its main thread is idle. */
export const settled = new Promise((resolve) => {
  const whenIdle = () =>
    // Safari has no idle callbacks.
    'requestIdleCallback' in window
      ? window.requestIdleCallback(resolve, { timeout: IDLE_WITHIN_MS })
      : setTimeout(resolve, IDLE_WITHIN_MS / 10);
  if (document.readyState === 'complete') whenIdle();
  else window.addEventListener('load', whenIdle, { once: true });
  setTimeout(resolve, LOADED_WITHIN_MS);
});
