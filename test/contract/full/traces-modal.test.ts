import { describeTraces } from '../ops/trace-promises.js';

describeTraces('modal');
