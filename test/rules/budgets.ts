import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../src/config.js';

const Count = z.int().positive();

const Budgets = z.strictObject({
  /** By room, without blanks, comments and tests (`npm run measure`). */
  linesOfCode: z.record(z.string(), Count),
  /** Lines of comments in words that the field's documents do not use. */
  habitualCommentLines: z.int().min(0),
  /** Calls of the database by one user action, from the message to its end. */
  databaseCalls: z.strictObject({ change: Count }),
  /** Of `npm test`, by step and in all, on the machine that the limits were chosen on. */
  processorSeconds: z.record(z.string(), Count),
  /** Of `npm run chaos -- --runs 200`, by backend; with `--tools` games are played twice. */
  chaosMinutes: z.strictObject({ local: Count, modal: Count, tools: Count }),
});

/** `test/rules/budgets.json`: what the project may use; raised only by naming what was removed. */
export function readBudgets(): z.infer<typeof Budgets> {
  const file = path.join(PROJECT_ROOT, 'test/rules/budgets.json');
  return Budgets.parse(JSON.parse(readFileSync(file, 'utf8')));
}
