import { post } from './post.js';

const BLOCK = 'script#settings[type="application/json"]';

/** Values by the name of a setting. */
type Values = Readonly<Record<string, unknown>>;

/**
 * Settings that the page around the game tunes stand in the game's block before its scripts read
 * it: they come in the frame's name, and while the game runs by a message, which the game may take
 * by cancelling the event `settings`.
 */
export function takeSettings(): void {
  let tuned = namedValues();
  if (tuned && 'MutationObserver' in window) {
    // Observers are called before each script of a page with the changes before it.
    const waiting = new MutationObserver(() => {
      if (tuned && fillSettings(tuned)) waiting.disconnect();
    });
    waiting.observe(document, { childList: true, subtree: true });
  }
  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    const message = data as { type?: unknown; values?: Values } | null;
    if (source !== window.parent || message?.type !== 'settings' || !message.values) return;
    tuned = message.values;
    fillSettings(tuned);
    const wanted = new CustomEvent('settings', { detail: tuned, cancelable: true });
    post({ type: 'settingsTaken', taken: !window.dispatchEvent(wanted) });
  });
}

/** Null: the game runs as it is saved. */
function namedValues(): Values | null {
  try {
    return JSON.parse(/^settings:(.*)$/.exec(window.name)?.[1] ?? 'null') as Values | null;
  } catch {
    return null;
  }
}

/** False while the page has no whole block yet. */
function fillSettings(values: Values): boolean {
  const block = document.querySelector(BLOCK);
  if (!block) return false;
  try {
    const settings = JSON.parse(block.textContent) as { name: string }[];
    block.textContent = JSON.stringify(
      settings.map((setting) =>
        Object.hasOwn(values, setting.name) ? { ...setting, value: values[setting.name] } : setting,
      ),
    );
    return true;
  } catch {
    return false;
  }
}
