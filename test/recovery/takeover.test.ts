import { describe } from 'vitest';
import { makeDataDir } from '../fixtures/data-dir/make.js';
import { takeoverPromises } from './takeover-promises.js';

describe('U1/O1/U3: what a stack of be9e45d8 left that was killed in mid-work', () => {
  takeoverPromises(makeDataDir);
});
