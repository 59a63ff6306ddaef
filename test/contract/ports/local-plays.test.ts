import { promisesOf } from './promises.js';
import { localSet } from './sets.js';

promisesOf('local', localSet, ['plays']);
