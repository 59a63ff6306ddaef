import { describe, expect, it } from 'vitest';
import { codesOf, play, PLAY_LIMIT_MS } from '../runner/play-bench.js';
import {
  FAULTY,
  FORGIVEN,
  FROM_CDN,
  NEEDY,
  QUIET,
  UNHANDLED,
  UNKIND,
} from '../runner/play-pages.js';
import { QUIET_GAMES } from './quiet-pages.js';

describe('the player (J2, J4), every kind of page', () => {
  it.each(Object.entries(FAULTY))(
    'finds what is wrong: %s',
    async (code, html) => {
      const result = await play(html);
      expect([result.verdict, codesOf(result)]).toEqual(['broken', [code]]);
    },
    PLAY_LIMIT_MS,
  );

  it.each(Object.entries({ ...QUIET, ...QUIET_GAMES }))(
    'lets a quiet game be: %s',
    async (_, html) => {
      expect(await play(html)).toMatchObject({ verdict: 'plays', findings: [] });
    },
    PLAY_LIMIT_MS,
  );

  it(
    'a promise that nobody heeds is an exception, what a browser refuses is a note',
    async () => {
      expect((await play(UNHANDLED)).findings).toMatchObject([
        { code: 'exception', when: 'loading', evidence: /the level is missing/ },
      ]);
      const forgiven = await play(FORGIVEN);
      expect(forgiven).toMatchObject({ verdict: 'plays', notes: [{ code: 'rejection' }] });
    },
    PLAY_LIMIT_MS,
  );

  it(
    'notes what is hard to read, to hit or to draw; that decides nothing',
    async () => {
      const { verdict, notes } = await play(UNKIND);
      expect(verdict).toBe('plays');
      expect(notes.map(({ code, evidence }) => [code, evidence])).toEqual([
        ['still-score', 'score: 0'],
        ['small-text', '"小さい説明"'],
        ['cut-text', '"切れた言葉"'],
        ['small-targets', '"?"'],
        ['other-screen', 'cut there: "題名は長い"'],
        ['slow-frames', expect.stringMatching(/^\d+ ms$/)],
      ]);
    },
    PLAY_LIMIT_MS,
  );

  it.each(Object.entries(NEEDY))(
    'what a play cannot give makes no fault: %s',
    async (_, html) => {
      const result = await play(html);
      expect(result).toMatchObject({ verdict: 'unplayed', findings: [] });
      expect(result.reason).toMatch(/phaser|user-assets/);
    },
    PLAY_LIMIT_MS,
  );

  it(
    'a library from the hosts of older games is our own copy of it',
    async () => {
      expect(await play(FROM_CDN)).toMatchObject({ verdict: 'plays', findings: [] });
    },
    PLAY_LIMIT_MS,
  );
});
