import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayInput, PlayResult } from '../../contracts/game/play.js';
import type { ToolAnswer } from '../../contracts/execution/runner.js';
import { sha256Of } from '../../contracts/base/hashes.js';
import { playOf } from '../../domain/playing/playing.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import { openParcelFile } from '../../versions/format/parcel.js';
import { readWork } from '../work-folder.js';
import { FREE_SLOTS } from './asked-slots.js';
import { PlayTool, type GameToolAccess } from './play-tool.js';

const page = (mark: string) =>
  `<!doctype html><body><script>const mark = '${mark}'; let x = 0; ${'x += 1; '.repeat(30)}
</script></body>`;
const waiting = new AbortController().signal;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'play-tool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function played({ parcelFile }: PlayInput): Promise<PlayResult> {
  const gameTree = gameTreeOf((await openParcelFile(parcelFile)).manifest.files);
  const finding = {
    code: 'exception',
    when: 'touched',
    words: 'it throws',
    evidence: 'a\nb\u202e',
  };
  return {
    ...playOf(gameTree),
    ...{ verdict: 'broken', reason: '', findings: [finding as never], notes: [] },
    ...{
      sheet: null,
      screen: null,
      card: null,
      loop: null,
      tapes: null,
      states: [],
      moments: [],
      tookMs: 1,
    },
  };
}

function toolWith(
  changes: Partial<GameToolAccess> = {},
  timeMs = 600_000,
  recorded: ToolAnswer[] = [],
) {
  const play = vi.fn(played);
  const tool = new PlayTool({
    plays: { count: 2, timeMs, asksSlot: false, lives: 4, assets: [], tapes: null, recorded },
    ...{ callId: 'c', work: folder, aside: path.join(folder, '.aside'), parentFile: null },
    ...{ slots: FREE_SLOTS, play, seenFrom: undefined, warn: () => undefined },
    ...changes,
  });
  const say = async (): Promise<string> => {
    const [first] = await tool.call(waiting);
    return first?.type === 'text' ? first.text : '';
  };
  const write = (mark: string) => writeFile(path.join(folder, 'index.html'), page(mark));
  const why = async () => tool.whyPlay((await readWork(folder)).files);
  const seen = async () => tool.resultFor((await readWork(folder)).files);
  return { tool, play, say, write, why, seen };
}

describe('P6: the tool play', () => {
  it('plays each state of the game once, and so many of them', async () => {
    const { play, say, write, why, seen } = toolWith();
    await write('one');
    expect(await why()).toContain('Call play');
    const first = await say();
    expect(first).toContain('- [exception] it throws (while it is played)\n> a\n> b \n');
    expect(first).toContain('Plays left: 1.');
    expect(await say()).toBe(first);
    expect(await why()).toBeNull();
    await write('two');
    expect(await why()).toContain('Call play');
    expect(await say()).toContain('Plays left: 0.');
    await write('three');
    expect(await say()).toContain('no plays left');
    expect(await why()).toBeNull();
    expect(await say()).toContain('no plays left');
    await write('one');
    expect(await say()).toBe(first);
    expect(await seen()).toMatchObject({ verdict: 'broken' });
    await write('three');
    expect(await seen()).toBeNull();
    expect(play).toHaveBeenCalledTimes(2);
    // As many lives as the play has before the game is handed over.
    expect(play.mock.lastCall?.[0]).toMatchObject({ lives: 4, isFirstPart: true });
    expect(await readdir(path.join(folder, '.aside'))).toEqual([]);
  });

  it('plays nothing that does not compile, nor with little time left; neither counts', async () => {
    const { play, say, write } = toolWith();
    await writeFile(path.join(folder, 'index.html'), page('x').replace('let x', 'let x ('));
    expect(await say()).toContain('It was not played: index.html does not compile: line 1');
    const late = toolWith({}, 89_000);
    await write('x');
    expect(await late.say()).toContain('no time left');
    expect(await late.why()).toBeNull();
    expect(play).not.toHaveBeenCalled();
  });

  it('goes on without a player that is busy or away, and asks for it no more', async () => {
    const busy = toolWith({ slots: { during: async () => null } });
    await busy.write('x');
    expect(await busy.say()).toContain('The player is busy');
    const away = toolWith({ play: () => Promise.reject(new Error('no browser')) });
    // It may have failed for want of time: it is tried once more.
    expect(await away.say()).toContain('The player is busy');
    expect(await away.why()).toContain('Call play');
    expect(await away.say()).toContain('cannot be played here');
    expect(await away.why()).toBeNull();
  });

  it('E9: answers of a recording come again for the same files, others are played', async () => {
    const first = toolWith({ recorder: { tool: (answer) => void kept.push(answer) } });
    const kept: ToolAnswer[] = [];
    await first.write('one');
    const answers = [await first.say(), await first.say()];
    expect(kept.map(({ wasPlayed }) => wasPlayed)).toEqual([true, true]);
    const again = toolWith({}, 600_000, kept);
    await again.write('one');
    expect([await again.say(), await again.say(), await again.say()]).toEqual([
      ...answers,
      answers[0],
    ]);
    expect(await again.why()).toBeNull();
    expect(await again.seen()).toBeNull();
    expect(again.play).not.toHaveBeenCalled();
    await again.write('two');
    expect(await again.say()).toContain('Plays left: 0.');
  });

  it('E9: a recorded run without a player has none again', async () => {
    const content = [
      { type: 'text' as const, text: 'The game cannot be played here. Go on without it.' },
    ];
    await writeFile(path.join(folder, 'index.html'), page('x'));
    const { files } = await readWork(folder);
    const gameTree = gameTreeOf(
      files.map((file) => ({ path: file.path, sha: sha256Of(file.bytes) })),
    );
    const again = toolWith({}, 600_000, [{ gameTree, wasPlayed: false, content }]);
    expect(await again.say()).toBe(content[0]?.text);
    expect(await again.why()).toBeNull();
  });

  it('plays one at a time, and at its end ends the play that is under way', async () => {
    let under = 0;
    const play = (_: PlayInput, signal: AbortSignal): Promise<PlayResult> => {
      under += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          under -= 1;
          reject(signal.reason as Error);
        });
      });
    };
    const { tool, write, say } = toolWith({ play });
    await write('x');
    const answers = [say(), say()];
    await expect.poll(() => under).toBe(1);
    await tool.close();
    expect(under).toBe(0);
    expect(await Promise.all(answers)).toHaveLength(2);
    expect(await readdir(path.join(folder, '.aside'))).toEqual([]);
  });
});
