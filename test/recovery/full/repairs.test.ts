import { describeRepairCrashes } from './repair-crashes.js';

describeRepairCrashes('here', {});
