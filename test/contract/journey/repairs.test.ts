import { describeRepairs } from './repair-promises.js';

describeRepairs('here', {});
