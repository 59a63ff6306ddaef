/**
 * Runs first in every game page. Network APIs that a Content-Security-Policy does not cover are
 * removed; that is best effort, for a frame may restore them. Storage, settings, error reports, its
 * owner's play, its first touch and silence under a cover follow (rest.md §6).
 */
import { keepSilentWhileCovered } from './covered.js';
import { reportErrors } from './errors.js';
import { postFirstTouch } from './first-touch.js';
import { offerOwnerPlay } from './owner-play.js';
import { takeSettings } from './settings.js';
import { replaceRefusedStorage } from './storage.js';

for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
  if (name in window) Object.defineProperty(window, name, { value: undefined });
replaceRefusedStorage();
showForeignErrors();
takeSettings();
reportErrors();
offerOwnerPlay();
postFirstTouch();
keepSilentWhileCovered();

/**
 * In a sandbox the game's own scripts count as cross-origin, and the browser hides the errors of
 * cross-origin scripts without the attribute `crossorigin`.
 */
function showForeignErrors(): void {
  // Some embedded browsers, and the tests' page, have none.
  if (!('MutationObserver' in window)) return;
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        const script = node as HTMLScriptElement;
        const isOwn =
          node.nodeName === 'SCRIPT' &&
          script.src !== '' &&
          new URL(script.src).origin === location.origin;
        if (isOwn && !script.hasAttribute('crossorigin')) script.crossOrigin = 'anonymous';
      }
  }).observe(document, { childList: true, subtree: true });
}
