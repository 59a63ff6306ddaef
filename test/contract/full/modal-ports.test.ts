import { promisesOf } from '../ports/promises.js';
import { modalSet } from '../ports/sets.js';

promisesOf('Modal', modalSet, ['failures', 'images', 'plays', 'videos']);
