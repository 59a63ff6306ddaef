import { runCommand } from './cli.js';

/** `dreamcore` where the product runs alone: no development stack is looked at. */
await runCommand(null);
