/** Shows that the connection is lost, unless a reconnect is quick. */
import { effect } from '@preact/signals';
import { awayWords } from '../net/away-words.js';
import { byId } from '../ui/dom.js';

const SHOWN_AFTER_MS = 500;

/** @param {import('./composer.ts').Composer} composer @param {() => void} onReconnect */
export function watchConnection({ link, isEnabled }, onReconnect) {
  const banner = byId('connectionBanner', HTMLDivElement);
  byId('reconnectButton', HTMLButtonElement).addEventListener('click', onReconnect);
  effect(() => {
    const isAway = link.value === 'away';
    const show = () => {
      byId('connectionWords', HTMLSpanElement).textContent = awayWords();
      banner.hidden = !isAway;
    };
    if (!isAway || !isEnabled.peek()) return show();
    const timer = window.setTimeout(show, SHOWN_AFTER_MS);
    return () => window.clearTimeout(timer);
  });
}
