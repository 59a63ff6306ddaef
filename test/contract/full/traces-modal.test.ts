import { describe } from 'vitest';
import { describeTraces } from '../ops/trace-promises.js';

describe('I6: a message whose game is made on Modal', () => describeTraces('modal'));
