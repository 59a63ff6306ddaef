import { describeTraces } from './trace-promises.js';

describeTraces('local');
