import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { runRecorded } from '../../eval/recorded.js';
import { parseResults, resultsFile, type Result } from '../../eval/results.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack } from '../../support/stack.js';
import { commandOn } from '../ops/command.js';

/** Two wishes and a chain, with a play for each game, on a busy machine. */
const LIMIT_MS = patient(600_000);

const NAME = `test-${randomUUID().slice(0, 8)}`;
const FILE = resultsFile(NAME);
afterAll(() => rm(FILE, { force: true }));

/** `npm run eval` as a person starts it. */
function evaluate(...args: string[]): Promise<{ code: number; out: string }> {
  const main = path.join(PROJECT_ROOT, 'test/eval/main.ts');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', main, '--name', NAME, ...args],
      { cwd: PROJECT_ROOT },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out: out + err }),
    );
  });
}

const results = async (): Promise<Result[]> => parseResults(await readFile(FILE, 'utf8'));

it(
  'two wishes and a chain are made and counted; a second run has nothing left to do',
  async () => {
    const spent = await evaluate('--only', 'chain', '--count', '1', '--budget', '0.01');
    expect(spent.code, spent.out).toBe(0);
    expect(spent.out).toContain(`1 not begun: the budget is spent; --name ${NAME} goes on`);

    const chosen = ['--only', 'quiz,chain', '--count', '1', '--users', '2'];
    const first = await evaluate(...chosen, '--budget', '20');
    expect(first.code, first.out).toBe(0);
    const second = await evaluate('--only', 'maze', '--count', '1');
    expect(second.code, second.out).toBe(0);
    const made = await results();
    expect(made.map(({ item }) => item).toSorted()).toEqual(['chain-01', 'maze-1', 'quiz-1']);
    // The maze is asked for without a dimension; of the chain's messages four make a version.
    expect(second.out).toMatch(/^\| plays, first try \| 100 % \| 6 \|$/m);
    expect(second.out).toMatch(/^\| intent understood \| 100 % \| 8 \|$/m);
    // Both wishes name no style: their screenshots are held against the colours of their briefs.
    const distance = /^\| distance from the palette of the brief \| \d+\.\d ΔE \| 2 \|$/m;
    expect(second.out).toMatch(distance);
    const chain = made.find(({ kind }) => kind === 'chain');
    expect(chain?.steps.map(({ did }) => did)).toEqual(['make', 'edit', 'edit', 'edit', 'chat']);
    for (const { edit } of chain?.steps.slice(1, 4) ?? [])
      expect(edit).toMatchObject({ isChanged: true, isKept: true, isWithin: true });

    const again = await evaluate(...chosen);
    expect(again.code, again.out).toBe(0);
    expect(await results()).toEqual(made);
    const gate = await evaluate('--only', 'quiz', '--count', '1', '--gate', '101');
    expect(gate.code, gate.out).toBe(1);
    const compared = await evaluate('--compare', NAME, NAME);
    expect(compared.out).toMatch(/^\| intent understood \|.+\| = \|/m);
  },
  LIMIT_MS,
);

it(
  'recorded answers make the same game once more, which is played',
  async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'dreamcore-eval-test-'));
    try {
      const stack = await startStack();
      try {
        const player = await newPlayer(stack);
        const jobId = await say(player);
        await player.listener.untilEnd();
        player.listener.close();
        const archive = path.join(dir, 'case.tar.gz');
        expect((await commandOn(stack)('export', jobId, '--out', archive)).code).toBe(0);
      } finally {
        await stack.stop();
      }
      const told: string[] = [];
      const options = { from: dir, file: path.join(dir, 'x.jsonl'), commit: 'x' };
      const tell = (line: string): void => void told.push(line);
      const [result, ...more] = await runRecorded({ ...options, tell });
      expect(more).toEqual([]);
      expect(result).toMatchObject({
        ...{ item: 'case.tar.gz', kind: 'recorded' },
        steps: [{ failure: null, usd: 0, isSame: true, game: { first: 'plays' } }],
      });
      // What is done is not done again.
      await runRecorded({ ...options, tell });
      expect(told).toEqual(['case.tar.gz: plays']);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
  LIMIT_MS,
);
