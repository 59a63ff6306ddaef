import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { program } from 'commander';
import { findFreePort } from '../../dev/stack/ports.js';
import { checkOut, RELEASE } from '../support/release.js';
import { newDataDir, stackEnv, startLauncher } from '../support/stack.js';
import type { Report } from './report.js';
import { median, readable } from './statistics.js';

/**
 * `node --import tsx test/bench/beside.ts [--rounds=3] [--only=jobs,reads] [--release=<commit>]`:
 * the same measurements of a release and of the last commit, each from a checkout of its own, in
 * turn on the same machine, so that its moods meet both. Prints p50 of the rounds, and how long a
 * checkout takes until it is ready when nothing is built.
 */
program
  .option('--rounds <count>', 'how often both are measured', Number, 3)
  .option('--only <names>', 'measurements that both have', 'jobs,reads')
  .option('--release <commit>', 'what the last commit is held against', RELEASE)
  .parse();
const { rounds, only, release } = program.opts<{ rounds: number; only: string; release: string }>();
const READY_LIMIT_MS = 300_000;
const READY = 'checkout → ready, installed, nothing built';
const SAVED = /test-results\/bench\/\S+\.json/;

interface Side {
  readonly commit: string;
  readonly folder: string;
  /** Values of each round, by what was measured and its unit. */
  readonly found: Map<string, number[]>;
}

function add({ found }: Side, what: string, value: number): void {
  found.set(what, [...(found.get(what) ?? []), value]);
}

/** The first start builds. */
async function start(side: Side): Promise<void> {
  const env = stackEnv({ PORT: String(await findFreePort()), DATA_DIR: await newDataDir() });
  const startedMs = performance.now();
  const launcher = startLauncher([], env, path.join(side.folder, 'bin/run.js'));
  try {
    await launcher.untilLogged(/^DreamCore is ready/m, { timeoutMs: READY_LIMIT_MS });
    add(side, `${READY} (s)`, (performance.now() - startedMs) / 1_000);
  } finally {
    await launcher.stop();
  }
}

async function measure(side: Side): Promise<void> {
  const args = ['--import', 'tsx', 'test/bench/main.ts', '--quick', `--only=${only}`];
  const child = spawn(process.execPath, args, {
    cwd: side.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  const file = SAVED.exec(said)?.[0];
  if (file === undefined) throw new Error(`${side.commit} measured nothing:\n${said}`);
  const report = JSON.parse(await readFile(path.join(side.folder, file), 'utf8')) as Report;
  for (const { what, value, unit, note } of report.sections.flatMap(({ rows }) => rows)) {
    add(side, `${what} (${unit})`, value);
    const p50 = /^p50 ([\d.]+) ms/.exec(note ?? '')?.[1];
    if (p50) add(side, `${what.replace(/, p\d+$/, '')}, p50 (${unit})`, Number(p50));
  }
}

function table([before, now]: readonly [Side, Side]): string {
  const lines = [...now.found].flatMap(([what, values]) => {
    const earlier = before.found.get(what);
    if (!earlier) return [];
    const [was, is] = [median(earlier), median(values)];
    return [`| ${what} | ${readable(was)} | ${readable(is)} | ${readable(is / was)} |`];
  });
  const head = `| ${rounds} rounds in turn, p50 of them | ${before.commit} | ${now.commit} | × |`;
  return [head, '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

const checkouts = [await checkOut(release), await checkOut('HEAD')] as const;
try {
  const side = (commit: string, folder: string): Side => ({ commit, folder, found: new Map() });
  const sides = [side(release, checkouts[0].folder), side('now', checkouts[1].folder)] as const;
  for (const each of sides) await start(each);
  for (let round = 0; round < rounds; round += 1)
    for (const each of round % 2 === 0 ? sides : sides.toReversed()) await measure(each);
  process.stdout.write(table(sides));
} finally {
  for (const { remove } of checkouts) await remove();
}
