import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSkillFiles } from '../../src/activities/runner-input/skill-files.js';
import { GENRES } from '../../src/contracts/game/brief.js';
import { Setting } from '../../src/contracts/game/settings.js';
import { skillsFor } from '../../src/domain/generation/skills.js';

/** Characters. A page is read by a model before it writes: what is long is paid for every time. */
const LIMITS = { page: 2_500, all: 34_000, example: 7_000, run: 18_000 };

const files = await readSkillFiles();
const namesOf = (ending: string): string[] =>
  Object.keys(files).flatMap((file) =>
    file.endsWith(ending) ? file.slice(0, -ending.length) : [],
  );
const pages = namesOf('.md');
const examples = namesOf('.html');
const textOf = (name: string): string => files[`${name}.md`] ?? files[`${name}.html`] ?? '';
const charsOf = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + [...textOf(name)].length, 0);

describe('skills', () => {
  it('are pages and examples, and nothing else', () => {
    expect([...pages, ...examples]).toHaveLength(Object.keys(files).length);
    expect(examples.map((name) => name.replace(/-example$/, '')).sort()).toEqual(
      [...pages.filter((name) => name.startsWith('game-')), 'kit-3d'].sort(),
    );
  });

  it.each(pages)('%s begins with its title, and is short', (name) => {
    expect(textOf(name)).toMatch(/^# [^\n]+\n\n/);
    expect(textOf(name).match(/^# /gm)).toHaveLength(1);
    expect(charsOf([name])).toBeLessThanOrEqual(LIMITS.page);
  });

  it('all together are bounded, and those of each kind of game', () => {
    expect(charsOf(pages)).toBeLessThanOrEqual(LIMITS.all);
    for (const genre of GENRES)
      for (const dimension of ['2d', '3d'] as const) {
        const skills = skillsFor({ step: 'create', genre, dimension, hasSprites: true });
        expect(charsOf(skills), genre).toBeLessThanOrEqual(LIMITS.run);
      }
  });

  it('those that runs get are those that there are', () => {
    const given = GENRES.flatMap((genre) =>
      ([null, '3d'] as const).flatMap((dimension) =>
        skillsFor({ step: 'create', genre, dimension, hasSprites: true }),
      ),
    );
    expect([...new Set<string>(given)].sort()).toEqual([...pages, ...examples].sort());
  });
});

describe('examples', () => {
  it.each(examples)('%s is whole, small, stands on the kit, and can be tuned', (name) => {
    const page = textOf(name);
    expect(page.startsWith('<!DOCTYPE html>')).toBe(true);
    expect([...page].length).toBeLessThanOrEqual(LIMITS.example);
    const [, settings = '', rest = ''] =
      /<script type="application\/json" id="settings">([^]*?)<\/script>([^]*)/.exec(page) ?? [];
    expect(page.indexOf('<script')).toBe(page.indexOf('<script type="application/json"'));
    const declared = z.array(Setting).parse(JSON.parse(settings));
    expect(declared.length).toBeGreaterThanOrEqual(3);
    for (const setting of declared) expect(rest).toContain(`settings.${setting.name}`);
    expect(rest.match(/<script src="[^"]*"/g)).toHaveLength(1);
    expect(page).not.toMatch(/https?:|\balert\(|location\.reload|data:|type="module"/);
  });
});
