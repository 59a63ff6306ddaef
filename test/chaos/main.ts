import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { program } from 'commander';
import { PROJECT_ROOT } from '../../src/config.js';
import { runChaos } from './chaos.js';
import { readBudgets } from '../rules/budgets.js';
import { measureSlowness, patient } from '../support/patience.js';
import { isClean } from './checker.js';
import { save, summary } from './report.js';

/**
 * `npm run chaos -- --runs N [--seed S] [--users U] [--faulty] [--modal-emulator]
 * [--temporal-server]`: exit code 1 unless nothing was lost, doubled, stuck or leaked.
 */
program
  .option('--runs <count>', 'accepted messages to reach', Number, 20)
  .option(
    '--seed <text>',
    'repeats the decisions of an earlier run',
    randomBytes(4).toString('hex'),
  )
  .option('--users <count>', 'users at the same time', Number, 6)
  .option(
    '--gap <ms>',
    'from all up to the next kill, on average (8000; 12000 beyond 100 runs; 25000 if faulty)',
    Number,
  )
  .option('--faulty', 'games are played, and most are broken when they are made', false)
  .option('--modal-emulator', 'runs go through the stand-in for Modal', false)
  .option('--temporal-server', "on Temporal's server with PostgreSQL", false)
  .parse();
const { runs, seed, users, modalEmulator, temporalServer, faulty, ...given } = program.opts<{
  runs: number;
  seed: string;
  users: number;
  gap?: number;
  modalEmulator: boolean;
  faulty: boolean;
  temporalServer: boolean;
}>();
// In a long round a part that dies too often is started later and later, as it should be; then
// users only wait.
// A play lasts as long as many kills are apart.
const gap = given.gap ?? (faulty ? 25_000 : runs > 100 ? 12_000 : 8_000);

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
/** Messages that `chaosMinutes` is for; a shorter run mostly starts up. */
const RUNS_OF_BUDGET = 200;

measureSlowness();
print(`seed ${seed}: ${runs} runs by ${users} users, a kill about every ${gap} ms`);
const { stack, ...report } = await runChaos({
  seed,
  runs,
  users,
  minGapMs: gap / 4,
  maxGapMs: gap * 1.75,
  modalEmulator,
  faulty,
  temporalServer,
  onProgress: print,
});
const file = await save(report);
await stack.stop();
print(summary(report));
print(`details: ${path.relative(PROJECT_ROOT, file)}`);
const { chaosMinutes } = readBudgets();
const minutes = report.tookMs / 60_000;
const allowedMinutes =
  (patient(chaosMinutes[modalEmulator ? 'modal' : 'local']) * runs) / RUNS_OF_BUDGET;
print(`${minutes.toFixed(1)} of ${allowedMinutes.toFixed(1)} minutes`);
const isInTime = minutes <= allowedMinutes || runs < RUNS_OF_BUDGET;
process.exitCode = isClean(report.verdict) && isInTime ? 0 : 1;
