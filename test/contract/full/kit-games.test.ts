import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSkillFiles } from '../../../src/activities/runner-input/skill-files.js';
import { play, PLAY_LIMIT_MS } from '../runner/play-bench.js';

const files = await readSkillFiles();
const examples = Object.keys(files).filter((name) => name.endsWith('-example.html'));

const GAMES = path.join(import.meta.dirname, '../../fixtures/kit-games');
const textOf = (name: string): Promise<string> => readFile(path.join(GAMES, name), 'utf8');

describe('games on the kit', () => {
  it.each<[string, string[]]>([
    ['rooftop-cat.html', []],
    ['shape-sorter.html', ['shapes.js']],
    ['lantern-bridge.html', []],
  ])(
    '%s plays without a fault to its end',
    async (name, scripts) => {
      const texts = scripts.map(async (file) => [file, await textOf(file)] as const);
      const beside = Object.fromEntries(await Promise.all(texts));
      const { verdict, findings, seen, tapes } = await play(await textOf(name), {
        beside,
        lives: 4,
      });
      expect({ verdict, findings }).toEqual({ verdict: 'plays', findings: [] });
      const ends = [seen, ...(tapes?.tapes ?? []).map(({ facts }) => facts)];
      expect(ends.some((each) => each?.isOver || each?.isWon)).toBe(true);
    },
    PLAY_LIMIT_MS,
  );

  it(
    'of a story end with its own title, and without a score',
    async () => {
      const { tapes } = await play(files['game-novel-example.html'] ?? '', { lives: 4 });
      const words = (tapes?.tapes ?? []).flatMap(({ facts }) => facts.words).join('\n');
      expect(words).toMatch(/Ending \d of 2: /);
      expect(words).not.toMatch(/Game over|You won|★/);
    },
    PLAY_LIMIT_MS,
  );

  it.each(examples)(
    '%s plays clean',
    async (name) => {
      const { verdict, findings, notes, reason } = await play(files[name] ?? '');
      // Choices at random may have no answer right, and defeat no foe.
      const told = /^game-(quiz|rpg)-/.test(name)
        ? notes.filter(({ code }) => code !== 'still-score')
        : notes;
      expect({ verdict, findings, notes: told, reason }).toEqual({
        verdict: 'plays',
        findings: [],
        notes: [],
        reason: '',
      });
    },
    PLAY_LIMIT_MS,
  );
});
