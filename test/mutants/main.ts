import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../src/config.js';
import { REPORT_FILE, type TestReport } from '../../scripts/test-report.js';
import { mutate, type Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';
import { tableOf, type Outcome } from './table.js';

/**
 * `npm run mutants [-- <rule or word>…]`: breaks one rule after the other in a copy of the last
 * commit and runs the tests that claim to prove it. Each mutation must be killed: a test that was
 * green before fails. Prints the table of docs/proofs.md; exit code 1 when one survives.
 */
const run = promisify(execFile);

async function main(words: readonly string[]): Promise<number> {
  const chosen = MUTATIONS.filter(
    ({ rule, breaks }) =>
      words.length === 0 || words.some((word) => rule === word || breaks.includes(word)),
  );
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-mutants-'));
  try {
    const copy = await copyOfProject(folder);
    const outcomes: Outcome[] = [];
    for (const mutation of chosen) {
      outcomes.push(await tryMutation(copy, mutation));
      process.stderr.write(`${lineOf(outcomes.at(-1)!)}\n`);
    }
    process.stdout.write(`\n${tableOf(outcomes)}\n`);
    const alive = outcomes.filter(({ end }) => end !== 'killed').length;
    process.stdout.write(`\n${outcomes.length - alive} killed, ${alive} not\n`);
    return alive === 0 && outcomes.length > 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The last commit with the modules and programs of this checkout. */
async function copyOfProject(folder: string): Promise<string> {
  const copy = path.join(folder, 'project');
  await run('git', ['clone', '--quiet', '--local', PROJECT_ROOT, copy]);
  for (const name of ['node_modules', '.tools'])
    await symlink(path.join(PROJECT_ROOT, name), path.join(copy, name));
  return copy;
}

/** Green tests by file and name, so that those of several mutations run unbroken once. */
const greenBefore = new Map<string, Promise<boolean>>();

async function tryMutation(copy: string, mutation: Mutation): Promise<Outcome> {
  const tests = `${mutation.test} ${mutation.named ?? ''}`;
  if (!greenBefore.has(tests))
    greenBefore.set(
      tests,
      runTests(copy, mutation).then(({ passed, failures }) => passed > 0 && failures.length === 0),
    );
  if (!(await greenBefore.get(tests))) return { mutation, end: 'red before', killer: null };
  const file = path.join(copy, mutation.file);
  const text = await readFile(file, 'utf8');
  await writeFile(file, mutate(mutation, text));
  try {
    const { passed, failures } = await runTests(copy, mutation, ['--bail=1']);
    const killer = failures.find(({ name }) => name !== 'the file itself') ?? null;
    const hasRun = passed > 0 && failures.length === 0;
    const end = killer ? 'killed' : hasRun ? 'survived' : 'did not run';
    return { mutation, end, killer: killer?.name ?? null };
  } finally {
    await writeFile(file, text);
  }
}

async function runTests(
  copy: string,
  { test, named }: Mutation,
  options: readonly string[] = [],
): Promise<TestReport> {
  const reportFile = path.join(copy, '..', 'report.json');
  await rm(reportFile, { force: true });
  const reporter = path.join(copy, 'scripts/test-report.ts');
  const args = [...options, `--reporter=${reporter}`, ...(named ? ['-t', named] : [])];
  const child = spawn('npm', ['run', '--silent', 'test:one', test, '--', ...args], {
    cwd: copy,
    env: { ...process.env, [REPORT_FILE]: reportFile },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
  return readFile(reportFile, 'utf8').then(
    (text) => JSON.parse(text) as TestReport,
    () => ({ passed: 0, skipped: 0, failures: [], files: [] }),
  );
}

function lineOf({ mutation, end, killer }: Outcome): string {
  return `${end.padEnd(12)}${mutation.rule}  ${mutation.breaks}${killer ? `  ← ${killer}` : ''}`;
}

process.exitCode = await main(process.argv.slice(2));
