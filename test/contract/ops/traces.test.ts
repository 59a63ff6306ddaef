import { describe } from 'vitest';
import { describeTraces } from './trace-promises.js';

describe('I6: a message whose game is made here', () => describeTraces('local'));
