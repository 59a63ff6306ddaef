import { promisesOf } from './promises.js';
import { modalSet } from './sets.js';

promisesOf('Modal', modalSet, ['runs', 'unplayed']);
