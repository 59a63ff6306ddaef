import { describeJudging } from './judging-promises.js';

describeJudging('local', {});
