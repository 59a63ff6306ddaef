import { describe, expect, it } from 'vitest';
import { codesOf, play, PLAY_LIMIT_MS } from './play-bench.js';
import { PLAYABLE, UNPLAYABLE } from './hands-pages.js';

describe('hands and eyes of the player (P1, P2)', () => {
  it.each(Object.entries(PLAYABLE))(
    'a game plays that %s',
    async (_, { html, note }) => {
      const { verdict, findings, notes } = await play(html);
      expect({ verdict, findings }).toEqual({ verdict: 'plays', findings: [] });
      if (note !== undefined) expect(notes.map(({ code }) => code)).toContain(note);
    },
    PLAY_LIMIT_MS,
  );

  it.each(['has a stick on the left', 'rests while it is hidden'])(
    'P0: played again it has the same name, verdict and notes: a game that %s',
    async (name) => {
      const html = PLAYABLE[name]?.html ?? '';
      const told = async () => {
        const { tookMs: _time, sheet: _sheet, screen: _screen, seen, ...report } = await play(html);
        return { ...report, seen: { ...seen, frameCpuMs: 0 } };
      };
      expect(await told()).toEqual(await told());
    },
    PLAY_LIMIT_MS,
  );

  it.each(Object.entries(UNPLAYABLE))(
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
