import { createProgram } from './cli.js';
import { runCommand } from './options.js';

/** `dreamcore` in production, without a development stack. */
await runCommand(createProgram(null));
