import { execFileSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, program } from 'commander';
import { PROJECT_ROOT } from '../../src/config.js';
import { measureSlowness } from '../support/patience.js';
import { metricsOf, passesGate } from './metrics.js';
import { runRecorded } from './recorded.js';
import { readResults, resultsFile, spentOn, type Result } from './results.js';
import { runEval } from './run.js';
import { comparison, tableOf } from './table.js';
import { chooseItems, readItems, WISHED_GENRES } from './wishes.js';

const KINDS = ['wish', 'chain', 'likeness', 'image'];

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It is not a number above 0.');
}

/**
 * `npm run eval [-- --budget N --users N --only chain,quiz --count N]`: has the product make what
 * people wish for, and counts what came of it. What it finds is a result, not an error.
 */
program
  .option('--budget <usd>', 'nothing is begun beyond it; of all that a name has', positive)
  .option('--users <count>', 'people at the same time', positive, 1)
  .option('--only <names>', `of ${KINDS.join(', ')} and genres`, (text: string) => text.split(','))
  .option('--count <n>', 'at most so many of each kind', positive)
  .option('--name <name>', 'of the results; goes on where an earlier run of it has stopped')
  .option('--resume', 'goes on with the newest results')
  .option('--real', 'with ANTHROPIC_API_KEY instead of the demo model; needs --budget')
  .option('--recorded <path>', 'archives of npx dreamcore export instead of wishes')
  .option('--gate <percent>', 'exit code 1 when fewer games play at the first try', positive)
  .option('--compare <names...>', 'two results beside each other; runs nothing')
  .parse();
const options = program.opts<{
  budget?: number;
  users: number;
  only?: string[];
  count?: number;
  name?: string;
  resume?: true;
  real?: true;
  recorded?: string;
  gate?: number;
  compare?: string[];
}>();

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function namedResults(name: string): Result[] {
  const results = readResults(resultsFile(name));
  if (results.length === 0) program.error(`there are no results of ${name}`);
  return results;
}

function compare([before = '', after = '', ...more]: string[]): number {
  if (after === '' || more.length > 0) program.error('--compare takes two names');
  const [one, other] = [metricsOf(namedResults(before)), metricsOf(namedResults(after))];
  print(comparison([before, after], one, other));
  return 0;
}

async function nameOfResults(): Promise<string> {
  if (options.name !== undefined) return options.name;
  if (options.resume) return newestName();
  const what = options.recorded ? 'recorded' : options.real ? 'real' : 'demo';
  return `${what}-${new Date().toISOString().replace(/\W/g, '').slice(0, 15)}`;
}

async function newestName(): Promise<string> {
  const folder = path.dirname(resultsFile('x'));
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl'));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(path.join(folder, name))).mtimeMs })),
  );
  const newest = dated.toSorted((a, b) => b.at - a.at)[0];
  return newest ? path.basename(newest.name, '.jsonl') : program.error('there are no results yet');
}

/** What may be paid with. It goes to the worker alone, as in production. */
function keyToUse(): string | null {
  if (!options.real) return null;
  const key = process.env['ANTHROPIC_API_KEY'] ?? '';
  if (key === '') program.error('--real needs ANTHROPIC_API_KEY');
  if (options.budget === undefined) program.error('--real needs --budget');
  return key;
}

async function main(): Promise<number> {
  if (options.compare) return compare(options.compare);
  const unknown = (options.only ?? []).filter(
    (name) => !KINDS.includes(name) && !(WISHED_GENRES as readonly string[]).includes(name),
  );
  if (unknown.length > 0) program.error(`unknown: ${unknown.join(', ')}`);
  const key = keyToUse();
  const name = await nameOfResults();
  const file = resultsFile(name);
  const git = { cwd: PROJECT_ROOT, encoding: 'utf8' } as const;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], git).trim();
  measureSlowness();
  if (options.recorded !== undefined) {
    const results = await runRecorded({ from: options.recorded, file, commit, tell: print });
    return report(name, results, []);
  }
  const items = chooseItems(readItems(), {
    ...(options.only ? { only: options.only } : {}),
    ...(options.count === undefined ? {} : { count: options.count }),
  });
  const { users, budget: budgetUsd = null } = options;
  const { results, left, broken } = await runEval({
    ...{ items, file, users, budgetUsd, key, commit },
    tell: print,
  });
  if (left > 0) print(`${left} not begun: the budget is spent; --name ${name} goes on`);
  return report(name, results, broken);
}

function report(name: string, results: readonly Result[], broken: readonly string[]): number {
  const metrics = metricsOf(results);
  const steps = results.reduce((sum, result) => sum + result.steps.length, 0);
  print(`\n${tableOf(metrics)}\n`);
  print(`${name}: ${results.length} items, ${steps} messages, $${spentOn(results).toFixed(2)}`);
  print(`details: ${path.relative(PROJECT_ROOT, resultsFile(name))}`);
  if (broken.length > 0) print(`not carried out: ${broken.join(', ')}`);
  const isShut = options.gate !== undefined && !passesGate(metrics, options.gate);
  if (isShut) print(`fewer than ${options.gate} % play at the first try`);
  return broken.length > 0 || isShut ? 1 : 0;
}

process.exitCode = await main();
