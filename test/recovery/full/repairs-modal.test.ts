import { describeRepairCrashes } from './repair-crashes.js';

describeRepairCrashes('on Modal, through its emulator', { modalEmulator: true });
