import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage once the heap has grown by two fifths of what was alive. By default a
 * process with 50 MB alive collects at 150 MB or more: floods of frames and rows held 240 MiB more
 * of the API for a minute (`npm run redteam`), and 70 MiB with this.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=40');
}
