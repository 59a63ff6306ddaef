import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inFullRuns, sample } from '../../scope.js';
import { codesOf, play, PLAY_LIMIT_MS } from './play-bench.js';
import { PLAYABLE, UNPLAYABLE } from './hands-pages.js';

const WHY = 'seconds of the processor for each game; the others differ in one line';
const some = <Known>(all: Readonly<Record<string, Known>>, ...names: string[]) =>
  sample(
    WHY,
    Object.entries(all),
    Object.entries(all).filter(([name]) => names.includes(name)),
  );

/** Its figures slide over edges that lie between two rows of points. */
const SLIDES = 'shows moles that slide out of their holes';
const SLIDING = 'test/games/garden-moles/index.html';

describe('hands and eyes of the player (P1, P2)', () => {
  it.each(some(PLAYABLE, 'asks for taps in each frame'))(
    'a game plays that %s',
    async (_, { html, note, scores }) => {
      const { verdict, findings, notes, seen } = await play(html);
      expect({ verdict, findings }).toEqual({ verdict: 'plays', findings: [] });
      if (note !== undefined) expect(notes.map(({ code }) => code)).toContain(note);
      if (scores) expect(seen?.scoreMoved).toBe(true);
    },
    PLAY_LIMIT_MS,
  );

  inFullRuns('runner/play.test.ts plays one twice', () => {
    it.each(['has a stick on the left', 'rests while it is hidden', SLIDES])(
      'P0: played again it has the same name, verdict, notes and images: a game that %s',
      async (name) => {
        const html = name === SLIDES ? readFileSync(SLIDING, 'utf8') : (PLAYABLE[name]?.html ?? '');
        const told = async () => {
          const { tookMs: _time, seen, ...report } = await play(html);
          return { ...report, seen: { ...seen, frameCpuMs: 0 } };
        };
        expect(await told()).toEqual(await told());
      },
      PLAY_LIMIT_MS,
    );
  });

  it.each(some(UNPLAYABLE, 'leaves its stage black'))(
    'a game is broken that %s',
    async (_, { html, findings, evidence = /./ }) => {
      const result = await play(html);
      expect(codesOf(result)).toEqual(findings);
      const [{ words, evidence: said } = { words: '', evidence: '' }] = result.findings;
      expect(`${words} ${said}`).toMatch(evidence);
    },
    PLAY_LIMIT_MS,
  );
});
