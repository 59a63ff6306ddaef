import { sharedStack } from '../../support/shared-stack.js';
import { describeMainJob } from './main-job-promises.js';

describeMainJob('on this machine', sharedStack);
