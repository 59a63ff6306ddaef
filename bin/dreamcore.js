#!/usr/bin/env node
/**
 * `npx dreamcore`: the command line; in a checkout its doctor looks at the development stack too.
 */
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../dev/doctor/main.ts', import.meta.url));
process.argv.splice(2, 0, isCheckout ? 'dreamcore-dev' : 'dreamcore');
await import('./run.js');
