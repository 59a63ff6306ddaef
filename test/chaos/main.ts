import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { program } from 'commander';
import { PROJECT_ROOT } from '../../src/config.js';
import { runChaos } from './chaos.js';
import { readBudgets } from '../rules/budgets.js';
import { measureSlowness, patient } from '../support/patience.js';
import { isClean } from './checker.js';
import { save, summary } from './report.js';
import { isWhole, restoreMoments, restoreTable } from './restores.js';

/**
 * `npm run chaos -- --runs N [--seed S] [--users U] [--faulty] [--tools] [--modal-emulator]
 * [--temporal-server] [--hosts] [--restores R]`: exit code 1 unless nothing was lost, doubled,
 * stuck, leaked, damaged or unplayed, and each restore has all that there was.
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
    'from all up to the next kill, on average (8000; 12000 beyond 100 runs; 25000 if played)',
    Number,
  )
  .option('--faulty', 'games are played, and most are broken when they are made', false)
  .option('--tools', 'games are played, and by the model before it ends', false)
  .option('--modal-emulator', 'runs go through the stand-in for Modal', false)
  .option('--temporal-server', "on Temporal's server with PostgreSQL", false)
  .option('--hosts', 'three APIs and four workers, each on a disk of its own, and a bucket', false)
  .option('--restores <count>', 'backs up beside it, then restores random moments', Number, 0)
  .parse();
const {
  runs,
  seed,
  users,
  modalEmulator,
  temporalServer,
  faulty,
  tools,
  hosts,
  restores,
  ...given
} = program.opts<{
  runs: number;
  seed: string;
  users: number;
  gap?: number;
  modalEmulator: boolean;
  faulty: boolean;
  tools: boolean;
  temporalServer: boolean;
  hosts: boolean;
  restores: number;
}>();
// In a long round a part that dies too often is started later and later, as it should be; then
// users only wait.
// A play lasts as long as many kills are apart.
const gap = given.gap ?? (faulty || tools || hosts ? 25_000 : runs > 100 ? 12_000 : 8_000);

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
/** Messages that `chaosMinutes` is for; a shorter run mostly starts up. */
const RUNS_OF_BUDGET = 200;

measureSlowness();
print(`seed ${seed}: ${runs} runs by ${users} users, a kill about every ${gap} ms`);
const { stack, known, ...report } = await runChaos({
  seed,
  runs,
  users,
  minGapMs: gap / 4,
  maxGapMs: gap * 1.75,
  modalEmulator,
  faulty,
  tools,
  temporalServer,
  hosts,
  restores,
  onProgress: print,
});
const file = await save(report);
await stack.stop();
print(summary(report));
print(`details: ${path.relative(PROJECT_ROOT, file)}`);
const restored = known
  ? await restoreMoments(known, { seed, count: restores, onProgress: print })
  : [];
if (known) {
  print(restoreTable(known, restored));
  await rm(known.backups.folder, { recursive: true, force: true });
}
const { chaosMinutes } = readBudgets();
const minutes = report.tookMs / 60_000;
const allowedMinutes =
  (patient(chaosMinutes[tools ? 'tools' : modalEmulator ? 'modal' : 'local']) * runs) /
  RUNS_OF_BUDGET;
print(`${minutes.toFixed(1)} of ${allowedMinutes.toFixed(1)} minutes`);
const isInTime = minutes <= allowedMinutes || runs < RUNS_OF_BUDGET;
const isGood = isClean(report.verdict) && restored.every(isWhole);
process.exitCode = isGood && isInTime ? 0 : 1;
