/** The whole screen for a game that is played on a phone. */

/**
 * Once, with the first touch of the game: bars step aside until the person goes back. Where the
 * browser has no such mode, as on small iPhones, nothing happens.
 * @param {HTMLElement} stage
 * @param {HTMLIFrameElement} frame in the stage
 */
export function fillOnFirstTouch(stage, frame) {
  if (!document.fullscreenEnabled || !matchMedia('(pointer: coarse)').matches) return;
  addEventListener('message', function fill({ source, data }) {
    const isGone = !frame.isConnected;
    if (!isGone && (source !== frame.contentWindow || data?.type !== 'touched')) return;
    removeEventListener('message', fill);
    if (isGone) return;
    stage.requestFullscreen({ navigationUI: 'hide' }).catch(() => {
      /* the game goes on between its bars */
    });
  });
}
