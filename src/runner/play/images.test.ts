import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { mostDifferent, mostEventful, imagesOf, type Moment } from './images.js';
import { SCREEN } from './sheet.js';
import type { Shot } from './shots.js';

const POINTS = SCREEN.width * SCREEN.height;

/** A screen on which a bar of so many points is drawn, from this one on. */
function screen(points: number, from = 0): Shot {
  const rgb = Buffer.alloc(POINTS * 3, 10);
  rgb.fill(200, from * 3, (from + points) * 3);
  return { rgb, ...SCREEN };
}
const moments = (doing: Moment['doing'], ...shots: Shot[]): Moment[] =>
  shots.map((shot) => ({ shot, doing }));

describe('the sheet of a play (P5)', () => {
  const bars = (count: number): Shot[] =>
    Array.from({ length: count }, (_, at) => screen(1_000, at * 2_000));

  it('shows ten moments, none twice, in their order', () => {
    const [first, ...others] = bars(14);
    const all = moments('PLAY', first!, first!, ...others, screen(1_020, 4_000));
    const shown = mostDifferent(all, 10);
    expect(shown).toHaveLength(10);
    expect(shown).toEqual(all.filter((moment) => shown.includes(moment)));
    expect(new Set(shown.map(({ shot }) => shot.rgb.indexOf(200))).size).toBe(10);
    expect(mostDifferent(moments('IDLE', first!, first!, first!), 10)).toHaveLength(1);
    expect(mostDifferent([], 10)).toEqual([]);
  });

  it('prefers what differs most; of a game left alone it shows three', () => {
    const [far, near, title] = [screen(9_000, 40_000), screen(100), screen(0)];
    const doing = mostDifferent(moments('PLAY', title, near, far), 2).map(({ shot }) => shot);
    expect(doing).toEqual([title, far]);
    const idle = mostDifferent([...moments('IDLE', ...bars(8)), ...moments('PLAY', far)], 10);
    expect(idle.map((moment) => moment.doing)).toEqual(['IDLE', 'IDLE', 'IDLE', 'PLAY']);
  });

  it('is one image, of a change with pairs in a row of their own, within its size', async () => {
    const sizeOf = async (pairs: [Shot, Shot][]) => {
      const { sheet } = await imagesOf({ moments: moments('PLAY', ...bars(14)), pairs }, undefined);
      const { width, height } = await sharp(Buffer.from(sheet ?? '', 'base64')).metadata();
      return [width, height];
    };
    const row = 21 + SCREEN.height + 6;
    expect(await sizeOf([])).toEqual([798, 3 * row - 6]);
    // Six screens in two rows, and two pairs.
    const pair: [Shot, Shot] = [screen(0), screen(9_000)];
    expect(await sizeOf([pair, pair, pair])).toEqual([798, 3 * row - 6]);
    const nothing = { sheet: null, screen: null, card: null, screens: [] };
    expect(await imagesOf({ moments: [] }, undefined)).toEqual(nothing);
  });
});

describe('the screenshot of a version', () => {
  const [title, begun, little, boss, end] = [0, 5_000, 5_500, 9_000, 30_000].map((n) => screen(n));

  it('is of what is furthest from how a game begins, is left alone and ends', () => {
    const play = moments('PLAY', title!, begun!, begun!, little!, boss!, boss!, end!);
    const all = [...moments('IDLE', title!), ...play, ...moments('LATE', end!)];
    expect(mostEventful(all)).toBe(play[4]);
  });

  it('shows no hero that was just hit where it can show another one', () => {
    const calm: Moment = { shot: boss!, doing: 'PLAY', isHurt: false };
    const hit: Moment = { shot: end!, doing: 'PLAY', isHurt: true };
    const before = moments('PLAY', begun!, begun!, begun!);
    expect(mostEventful([...before, calm, hit])).toBe(calm);
    expect(mostEventful([...before, hit])).toBe(hit);
    // Nothing else is news.
    expect(mostEventful([...before, ...moments('PLAY', begun!), hit])?.shot).toBe(begun);
  });

  it('is of what is drawn most where nothing happens; it shows something, or there is none', () => {
    const still = moments('PLAY', begun!, begun!, begun!, begun!);
    expect(mostEventful([...moments('IDLE', end!), ...still])).toBe(still[3]);
    expect(mostEventful(moments('IDLE', title!, begun!))?.shot).toBe(begun);
    expect(mostEventful(moments('PLAY', title!, screen(100)))).toBeNull();
  });
});
