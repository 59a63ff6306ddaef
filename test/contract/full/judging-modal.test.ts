import { describeJudging } from '../journey/judging-promises.js';

describeJudging('modal', { modalEmulator: true });
