import { afterAll, describe } from 'vitest';
import { fillDataDir } from '../../fixtures/data-dir/fill.js';
import { checkOut, RELEASE } from '../../support/release.js';
import { takeoverPromises } from '../takeover-promises.js';

let removeCheckout = (): Promise<void> => Promise.resolve();
afterAll(() => removeCheckout());

describe('U1/O1: the same from a checkout of that release', () => {
  takeoverPromises(async (dataDir) => {
    const { folder, remove } = await checkOut(RELEASE);
    removeCheckout = remove;
    return fillDataDir(folder, dataDir);
  });
});
