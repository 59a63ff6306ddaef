import { isFullRun } from '../../scope.js';
import { sharedStack } from '../../support/shared-stack.js';
import { describeMainJob } from './main-job-promises.js';

describeMainJob('on this machine', sharedStack, { isWhole: isFullRun });
