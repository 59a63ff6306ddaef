import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../src/config.js';
import type { Row } from './measurement.js';
import { judge, readable, type Target } from './statistics.js';

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly trouble?: string;
  readonly tookMs: number;
}

export interface Report {
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly quick: boolean;
  readonly sections: readonly Section[];
}

export async function describeRun(quick: boolean): Promise<Omit<Report, 'sections'>> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd: PROJECT_ROOT })).stdout.trim();
  const isChanged = (await git('status', '--porcelain', '--', 'src', 'supabase')) !== '';
  const [cpu] = os.cpus();
  return {
    commit: `${await git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '-changed' : ''}`,
    date: new Date().toISOString(),
    quick,
    machine:
      `${os.platform()} ${os.arch()}, ${os.availableParallelism()} × ` +
      `${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ` +
      `node ${process.versions.node}, load before ${readable(os.loadavg()[0] ?? 0)}`,
  };
}

const targetText = ({ atMost, atLeast }: Target): string =>
  atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;

/** The result as a Markdown table, one per measurement. */
export function table({ title, rows, trouble, tookMs }: Section): string {
  const lines = rows.map(
    ({ what, value, unit, target, note = '' }) =>
      `| ${what} | ${readable(value)} ${unit} | ${target ? targetText(target) : ''} | ` +
      `${judge(value, target)} | ${note} |`,
  );
  const failure =
    trouble === undefined
      ? []
      : [`| could not be measured: ${trouble.split('\n')[0] ?? ''} | n/a | | MISSED | |`];
  return [
    `\n### ${title} (${Math.round(tookMs / 1000)} s)\n`,
    '| what | measured | target | | |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    ...failure,
  ].join('\n');
}

export const head = ({ commit, date, machine, quick }: Omit<Report, 'sections'>): string =>
  `commit ${commit} · ${date}${quick ? ' · quick' : ''}\n${machine}`;

export const missed = ({ rows, trouble }: Section): number =>
  rows.filter(({ value, target }) => judge(value, target) === 'MISSED').length +
  (trouble === undefined ? 0 : 1);

/** Everything in test-results/bench/<commit>.json; answers the file's path. */
export async function save(report: Report): Promise<string> {
  const folder = path.join(PROJECT_ROOT, 'test-results', 'bench');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${report.commit}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 1)}\n`);
  return file;
}
