import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { TapeSet } from '../../../src/contracts/game/tape.js';
import { WorkHooks } from '../../../src/runner/candidate/work-hooks.js';
import { FREE_SLOTS } from '../../../src/runner/game-tool/asked-slots.js';
import { PlayTool, type GameToolAccess } from '../../../src/runner/game-tool/play-tool.js';
import { playGame } from '../../../src/runner/play/play.js';
import { fillMarked } from '../../support/marked-place.js';
import { writeParcel } from '../../support/parcels.js';
import { play, PLAY_LIMIT_MS } from '../runner/play-bench.js';
import { plantedBugs, type PlantedBug } from './planted-bugs.js';

const bugs = await plantedBugs();
/** As PLAY_LIVES has it, for the version that is changed, too. */
const LIVES = 2;
const waiting = new AbortController().signal;
const seen: { kind: string; isTold: boolean }[] = [];

/** `PLANTED_TABLE=write` puts what was seen into the document. */
afterAll(async () => {
  if (process.env['PLANTED_TABLE'] !== 'write') return;
  const lines = [...new Set(seen.map(({ kind }) => kind)), 'all'].map((kind) => {
    const rows = seen.filter((row) => kind === 'all' || row.kind === kind);
    return `| ${kind} | ${rows.length} | ${rows.filter(({ isTold }) => isTold).length} |`;
  });
  const head = ['| The game … | Planted | Told |', '| - | -: | -: |'];
  await fillMarked('docs/eval.md', 'planted', [...head, ...lines].join('\n'));
});

it('P6: of 40 bugs of models and more the writer is told of 85 % before it ends', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(40);
  expect(bugs.filter(({ isTold }) => isTold).length / bugs.length).toBeGreaterThanOrEqual(0.85);
});

it.each(bugs.map((bug) => [bug.isTold ? 'is told' : 'is not told', bug.id, bug] as const))(
  'P6: the writer %s of what %s',
  async (_, __, bug) => {
    const text = await toldOf(bug);
    const isTold = bug.tells.test(text);
    seen.push({ kind: bug.kind, isTold });
    expect(isTold, text).toBe(bug.isTold);
  },
  2 * PLAY_LIMIT_MS,
);

/** What the model reads after it has written the page and called its tool. */
async function toldOf({ html, parent }: PlantedBug): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-planted-'));
  const work = await mkdtemp(path.join(folder, 'work-'));
  try {
    const tapes = parent === null ? null : (await play(parent, { lives: LIVES })).tapes;
    const parentFile = parent && (await writeParcel(folder, { 'index.html': parent }));
    const tool = new PlayTool(accessTo({ folder, work, parentFile, tapes }));
    const hooks = new WorkHooks({ folder: work, before: new Map() }, tool);
    await writeFile(path.join(work, 'index.html'), html);
    const hooked = await hooks.afterTools();
    const answer = await tool.call(waiting);
    return [hooked ?? '', ...answer.map((part) => (part.type === 'text' ? part.text : ''))].join(
      '\n',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function accessTo({
  folder,
  tapes,
  ...places
}: Pick<GameToolAccess, 'work' | 'parentFile'> & {
  folder: string;
  tapes: TapeSet | null;
}): GameToolAccess {
  return {
    plays: { count: 1, timeMs: 600_000, asksSlot: false, lives: LIVES, assets: [], tapes },
    ...places,
    ...{ callId: 'planted', aside: path.join(folder, 'aside'), slots: FREE_SLOTS },
    ...{ seenFrom: undefined, warn: (text) => expect.fail(text) },
    play: (input, signal) =>
      playGame({ ...input, wallMs: PLAY_LIMIT_MS }, { onAlive: () => undefined }, signal),
  };
}
