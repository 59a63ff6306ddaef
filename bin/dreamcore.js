#!/usr/bin/env node
/**
 * `npx dreamcore`: the command line; in a checkout its doctor looks at the development stack too.
 */
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../dev/doctor/main.ts', import.meta.url));
const commands = isCheckout ? 'dreamcore-dev' : 'dreamcore';
process.argv.splice(2, 0, process.argv[2] === 'import-v2' ? 'import-v2' : commands);
await import('./run.js');
