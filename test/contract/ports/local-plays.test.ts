import { describe } from 'vitest';
import { promisesOf } from './promises.js';
import { localSet } from './sets.js';

describe('J2, E8: a candidate is played, what was seen is kept with its job', () => {
  promisesOf('local', localSet, ['plays']);
});
