/** Parts of a page that are loaded when they are first wanted. */
import { text } from '../texts/index.js';
import { toast } from './toast.js';

/**
 * A listener that loads a part and opens it, once at a time; shows an error when the part cannot be
 * loaded.
 * @template T
 * @param {() => Promise<T>} load
 * @param {(part: T) => unknown} open
 */
export function later(load, open) {
  let isLoading = false;
  return async () => {
    if (isLoading) return;
    isLoading = true;
    const part = await load().catch(() => null);
    isLoading = false;
    if (part) await open(part);
    else toast(text.offline, { kind: 'error' });
  };
}
