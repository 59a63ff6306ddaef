import { runCommand } from '../../src/ops/options.js';
import { createImportProgram } from './command.js';

/** `npx dreamcore import-v2`. */
await runCommand(createImportProgram());
