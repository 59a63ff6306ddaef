import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { changedFiles, textOf, unifiedDiff } from './diff.js';
import { gitObject } from './git-ids.js';
import type { ManifestFile } from './manifest.js';
import { fileFolder } from '../../../test/support/own-folder.js';

const repo = fileFolder();
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8' });

beforeAll(async () => {
  git('init', '-q');
});

const fileOf = (name: string, text: string): ManifestFile => {
  const bytes = Buffer.from(text);
  const { oid } = gitObject('blob', bytes);
  return { path: name, oid, sha: oid, size: bytes.length, at: [0, 1] };
};

/** What git says of a page that changes so; null = it is not there. */
async function ofGit(before: string | null, after: string | null): Promise<string> {
  const trees: string[] = [];
  for (const text of [before, after]) {
    git('rm', '-q', '--cached', '--ignore-unmatch', 'index.html');
    if (text !== null) {
      await writeFile(path.join(repo, 'index.html'), text);
      git('add', 'index.html');
    }
    trees.push(git('write-tree').trim());
  }
  return git('diff-tree', '-p', '--no-color', '--no-renames', '--text', ...trees);
}

function ours(before: string | null, after: string | null, withinMs?: number): Promise<string> {
  const [old, made] = [before, after].map((text) => text && fileOf('index.html', text));
  return unifiedDiff(
    { path: 'index.html', before, after },
    { path: 'index.html', before: old || null, after: made || null },
    withinMs,
  );
}

const PAGE = `<!DOCTYPE html>
<html lang="ja">
<head><title>ゲーム</title></head>
<body>
<canvas id="stage"></canvas>
<script>
const SPEED = 3;
function step(now) {
  player.x += SPEED;\t
  if (player.x > 320) player.x = 0;
  draw(now);
  requestAnimationFrame(step);
}
const enemies = [];
for (let index = 0; index < 10; index += 1) {
  enemies.push({ x: index * 20, y: 0 });
}
requestAnimationFrame(step);
</script>
</body>
</html>
`;

describe('the difference of a page', () => {
  it.each<[string, string | null, string | null]>([
    ['is new', null, PAGE],
    ['goes', PAGE, null],
    ['gets one other line', PAGE, PAGE.replace('index * 20', 'index * 40')],
    ['changes in two places', PAGE, PAGE.replace('ゲーム', '猫').replace('< 10', '< 99')],
    ['loses lines', PAGE, PAGE.replace('  draw(now);\n  requestAnimationFrame(step);\n', '')],
    ['gets lines at its end', PAGE, `${PAGE}<!-- one -->\n<!-- two -->\n`],
    ['loses the end of its last line', PAGE, PAGE.trimEnd()],
    ['has one line', 'a\n', 'b'],
  ])('is what git says when the page %s', async (_, before, after) => {
    expect(await ours(before, after)).toBe(await ofGit(before, after));
  });

  const rewritten = (name: string) =>
    Array.from({ length: 3_000 }, (_, line) => `${name} ${line}\n`).join('');

  it('leaves the event loop free while every line is another one', async () => {
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    await ours(rewritten('old'), rewritten('new'));
    clearInterval(turning);
    expect(turns).toBeGreaterThan(10);
  });

  it('is none when its time is up', async () => {
    expect(await ours(rewritten('old'), rewritten('new'), 1)).toBe('');
  });
});

it('names files that changed, came or went; other bytes than text are no text', () => {
  const before = [fileOf('a', '1'), fileOf('b', '1'), fileOf('c', '1')];
  const after = [fileOf('a', '1'), fileOf('b', '2'), fileOf('d', '1')];
  const changed = changedFiles(before, after).map((file) => [
    file.path,
    file.before !== null,
    file.after !== null,
  ]);
  expect(changed).toEqual([
    ['b', true, true],
    ['c', true, false],
    ['d', false, true],
  ]);
  expect(textOf(Buffer.from('\ufeff絵'))).toBe('\ufeff絵');
  expect([textOf(Buffer.from([1, 0])), textOf(Buffer.from([0xff]))]).toEqual([null, null]);
});
