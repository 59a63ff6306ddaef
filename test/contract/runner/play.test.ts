import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MAX_SCREENSHOT_BYTES, type PlayResult } from '../../../src/contracts/game/play.js';
import { codesOf, play, PLAY_LIMIT_MS } from './play-bench.js';
import { FAULTY, QUIET, shooter } from './play-pages.js';

/** `test/contract/full/play-faults.test.ts` has every fault, quiet game and need. */
describe('the player (J2, J4)', () => {
  it.each(['exception', 'deaf'])(
    'finds what is wrong: %s',
    async (code) => {
      const result = await play(FAULTY[code] ?? '');
      expect([result.verdict, codesOf(result)]).toEqual(['broken', [code]]);
    },
    PLAY_LIMIT_MS,
  );

  it.each([
    ['a frame', 'if (now > 900) noSuchThing();', 'noSuchThing is not defined'],
    [
      'a timer',
      "if (now < 400) setTimeout(() => { throw new Error('late'); }, 50);",
      'Error: late',
    ],
  ])(
    'finds what %s throws while the game goes on',
    async (_, frame, evidence) => {
      expect(await play(shooter({ frame }))).toMatchObject({
        verdict: 'broken',
        findings: expect.arrayContaining([
          expect.objectContaining({
            code: 'exception',
            evidence: expect.stringContaining(evidence) as unknown,
          }),
        ]) as unknown,
      });
    },
    PLAY_LIMIT_MS,
  );

  it(
    'a good game plays, is told so with what it looked like, and the same again',
    async () => {
      const first = await play(shooter());
      expect(first).toMatchObject({ verdict: 'plays', findings: [], notes: [], reason: '' });
      expect(first.seen).toMatchObject({ isOver: true, scoreMoved: null });
      const sheet = await sharp(Buffer.from(first.sheet ?? '', 'base64')).metadata();
      expect(sheet).toMatchObject({ format: 'png', width: 798 });
      const screen = Buffer.from(first.screen ?? '', 'base64');
      expect(await sharp(screen).metadata()).toMatchObject({ format: 'webp', width: 360 });
      expect(screen.length).toBeLessThanOrEqual(MAX_SCREENSHOT_BYTES);
      // On a busy machine the last images are those of another moment.
      const steady = ({ tookMs: _time, sheet: _sheet, screen: _screen, ...told }: PlayResult) => ({
        ...told,
        seen: { ...told.seen, frameCpuMs: 0 },
      });
      expect(first.seen?.frameCpuMs).toBeGreaterThan(0);
      expect(steady(await play(shooter()))).toEqual(steady(first));
    },
    PLAY_LIMIT_MS,
  );

  it(
    'shows lists a moment of a game in which it does not flash from a hit',
    async () => {
      const game = shooter({
        first: 'let hitAt = -2000;',
        touch: `ship.x = at.clientX;
          if (last - hitAt > 2000) { lives -= 1; hitAt = last; }`,
        frame: "canvas.style.filter = now - hitAt < 1400 ? 'invert(1)' : '';",
        speed: 0.2,
      });
      const { screen } = await play(game);
      const { dominant } = await sharp(Buffer.from(screen ?? '', 'base64')).stats();
      expect(dominant.r).toBeLessThan(128);
    },
    PLAY_LIMIT_MS,
  );

  it(
    'P6: a play in two parts says what a whole one says, with what its lives saw',
    async () => {
      const html = shooter();
      const first = await play(html, { part: { isFirstPart: true } });
      expect(first.moments.length).toBeGreaterThan(2);
      const second = await play(html, { lives: 2, part: { known: first } });
      const whole = await play(html, { lives: 2 });
      const said = ({ verdict, findings, notes, gameTree, states, seen }: PlayResult) => {
        const { isOver, isWon, scoreMoved } = seen ?? {};
        return { verdict, findings, notes, gameTree, states, isOver, isWon, scoreMoved };
      };
      expect(said(second)).toEqual(said(whole));
      expect(second.tapes?.tapes).toHaveLength(whole.tapes?.tapes.length ?? 0);
      expect([second.sheet, second.screen]).not.toContain(null);
      expect([second.moments, whole.moments]).toEqual([[], []]);
      expect((await play(FAULTY['deaf'] ?? '', { part: { isFirstPart: true } })).moments).toEqual(
        [],
      );
    },
    PLAY_LIMIT_MS,
  );

  it.each(['board'])(
    'lets a quiet game be: %s',
    async (name) => {
      expect(await play(QUIET[name] ?? '')).toMatchObject({ verdict: 'plays', findings: [] });
    },
    PLAY_LIMIT_MS,
  );

  it(
    'P0: a play that comes to no end in its time is unplayed, whatever it has found',
    async () => {
      const { verdict, findings, reason } = await play(FAULTY['freeze'] ?? '', { wallMs: 1_500 });
      expect({ verdict, findings }).toEqual({ verdict: 'unplayed', findings: [] });
      expect(reason).toContain('1500 ms');
    },
    PLAY_LIMIT_MS,
  );

  it(
    'F1: a play that is stopped ends at once',
    async () => {
      const stop = new AbortController();
      const played = play(FAULTY['freeze'] ?? '', { signal: stop.signal });
      // Bare time: it is being played, or about to be
      setTimeout(() => stop.abort(new Error('stopped')), 1_500);
      await expect(played).rejects.toThrow('stopped');
    },
    PLAY_LIMIT_MS,
  );
});
