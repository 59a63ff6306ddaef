import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_ROOT } from '../src/config.js';
import { figuresOf, habitualLines, linesByRoom } from './measure/figures.js';
import { isCode, parseSource, type Source } from './measure/source.js';

const FOLDERS = ['src', 'dev', 'public', 'tools', 'video', 'modal', 'kit'];

/**
 * `npm run measure`: lines of code by room, what a chat message needs, circles, repeats and
 * habitual words. `-- --since <commit>` prints the same of that commit beside it; `-- --words`
 * lists the comment lines instead.
 */
function main(): void {
  const { values } = parseArgs({
    options: { since: { type: 'string' }, words: { type: 'boolean' } },
  });
  const now = sourcesOf(PROJECT_ROOT);
  if (values.words) process.stdout.write(`${habitualLines(now).join('\n')}\n`);
  else process.stdout.write(table(measure(now), values.since ? measureAt(values.since) : null));
}

/** The commit's files in a folder of their own for as long as they are read. */
function measureAt(commit: string): Map<string, number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dreamcore-measure-'));
  try {
    const archive = execFileSync('git', ['archive', commit], {
      cwd: PROJECT_ROOT,
      maxBuffer: 1024 ** 3,
    });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    return measure(
      sourcesOf(folder, execFileSync('tar', ['-t'], { input: archive, maxBuffer: 1024 ** 3 })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sourcesOf(root: string, listing?: Buffer): Source[] {
  const listed = listing ?? execFileSync('git', ['ls-files'], { cwd: root });
  return listed
    .toString()
    .split('\n')
    .filter((file) => FOLDERS.includes(file.split('/')[0] ?? '') && isCode(file))
    .map((file) => parseSource(root, file));
}

function measure(sources: readonly Source[]): Map<string, number> {
  const rooms = linesByRoom(sources);
  const total = (top: string): number =>
    [...rooms].reduce((sum, [room, lines]) => sum + (room.split('/')[0] === top ? lines : 0), 0);
  return new Map([
    ...[...rooms].toSorted(([one], [other]) => one.localeCompare(other)),
    ['all of src', total('src')],
    ['src and dev', total('src') + total('dev')],
    ...figuresOf(sources).map(({ name, value }) => [name, value] as const),
  ]);
}

function table(now: Map<string, number>, before: Map<string, number> | null): string {
  const names = [...new Set([...(before?.keys() ?? []), ...now.keys()])];
  const cell = (value: number | undefined): string => String(value ?? '–').padStart(8);
  const rows = names.map((name) =>
    [name.padEnd(44), ...(before ? [cell(before.get(name))] : []), cell(now.get(name))].join(''),
  );
  return `${rows.join('\n')}\n`;
}

main();
