import { describeRepairs } from '../journey/repair-promises.js';

describeRepairs('on Modal, through its emulator', { modalEmulator: true });
