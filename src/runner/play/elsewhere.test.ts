import { describe, expect, it } from 'vitest';
import { mentions } from './coverage.js';
import { playElsewhere, READS_DENSITY, type ShortPlay, type ShortRun } from './elsewhere.js';

const PLAIN: ShortRun = {
  thrown: [],
  violations: [],
  missing: [],
  stopped: null,
  states: [],
  layouts: [],
  shots: [],
  overs: [],
  hurts: [],
  inks: [],
  stageInks: [],
  scrolled: 0,
  overAtMs: null,
  endedAtMs: 0,
  waitedUntilMs: null,
  movedUntilMs: 0,
  words: [],
  isAlive: null,
};
const sideOf = (play: ShortPlay): string =>
  JSON.stringify(play.beats).includes('"x":300') ? 'right' : 'left';

/** Which plays are asked for, and what they say together. */
async function elsewhere(isDense: boolean, answer: (play: ShortPlay) => Partial<ShortRun>) {
  const plays: string[] = [];
  const run = async (play: ShortPlay): Promise<ShortRun> => {
    const { density, end, beats } = play;
    const looks = beats.filter(({ look }) => look).length;
    plays.push(`${sideOf(play)} ${density} ${end ?? '-'}${looks > 0 ? '' : ' unseen'}`);
    return { ...PLAIN, ...answer(play) };
  };
  const { deaf, runs } = await playElsewhere(run, { isDense });
  return { deaf, plays, runs: runs.length };
}

describe('plays on a dense screen and behind another app (P1)', () => {
  it.each([
    ['brush.scale(window.devicePixelRatio, 1)', true],
    ["matchMedia('(min-resolution: 2dppx)')", true],
    ['@media (-webkit-min-device-pixel-ratio: 2) { body { zoom: 2 } }', true],
    ['<script src="/vendor/p5/p5.min.js"></script>', true],
    ['canvas.width = innerWidth; draw();', false],
  ])('%s can tell the density of its screen: %s', (text, is) => {
    const scripts = new Map(Object.entries({ 'a.js': 'let x = 0;', 'index.html': text }));
    expect(mentions(scripts, READS_DENSITY)).toBe(is);
  });

  it('the density is compared of a game that can tell it, and of no other', async () => {
    const alive = () => ({ isAlive: true });
    expect(await elsewhere(false, alive)).toEqual({
      deaf: [],
      plays: ['left 1 hidden unseen'],
      runs: 1,
    });
    const heard = (play: ShortPlay) => ({ isAlive: true, words: [sideOf(play)] });
    expect(await elsewhere(true, heard)).toEqual({
      deaf: [],
      plays: ['left 3 hidden', 'right 3 -'],
      runs: 2,
    });
  });

  it('a place that is heard on a plain screen alone is a fault', async () => {
    const plainAlone = (play: ShortPlay) => ({
      isAlive: true,
      words: [play.density === 1 ? sideOf(play) : 'somewhere'],
    });
    expect(await elsewhere(true, plainAlone)).toEqual({
      deaf: ['devicePixelRatio 3'],
      plays: ['left 3 hidden', 'right 3 -', 'left 1 -', 'right 1 -', 'left 1 -'],
      runs: 2,
    });
    let count = 0;
    const restless = (play: ShortPlay) => ({
      isAlive: true,
      words: [play.density === 1 ? String((count += 1)) : ''],
    });
    expect((await elsewhere(true, restless)).deaf).toEqual([]);
  });

  it('a game that is dead once it was hidden, and not when left alone, has a fault', async () => {
    const { deaf, plays } = await elsewhere(false, ({ end }) => ({ isAlive: end === 'alone' }));
    expect(deaf).toEqual(['visibilitychange']);
    expect(plays).toEqual(['left 1 hidden unseen', 'left 1 alone unseen']);
    expect((await elsewhere(false, () => ({ isAlive: false }))).deaf).toEqual([]);
  });

  it('nothing follows a play that has stopped the game', async () => {
    const stopped = { code: 'freeze', when: 'touched', what: '' } as const;
    const { deaf, plays } = await elsewhere(true, () => ({ stopped, isAlive: false }));
    expect([deaf, plays]).toEqual([[], ['left 3 hidden']]);
  });
});
