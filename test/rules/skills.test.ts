import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSkillFiles } from '../../src/activities/runner-input/skill-files.js';
import { GENRES } from '../../src/contracts/game/brief.js';
import { Setting } from '../../src/contracts/game/settings.js';
import { skillsFor, SKILLS_PLUGIN } from '../../src/domain/generation/skills.js';

/** A skill is read by a model before it writes: what is long here is paid for in every game. */
const LIMITS = { skill: 2_500, all: 40_000, scaffold: 10_000, kit: 10_000 };

const files = await readSkillFiles();
const names = Object.keys(files).flatMap(
  (path) => /^skills\/([^/]+)\/SKILL\.md$/.exec(path)?.[1] ?? [],
);
const playbooks = names.filter((name) => name.startsWith('game-'));
const scaffolds = Object.keys(files).filter((path) => path.endsWith('/scaffold.html'));
const textOf = (name: string): string => files[`skills/${name}/SKILL.md`] ?? '';

describe('skills', () => {
  it('are one plugin, each in a folder of its own, with nothing else in it', () => {
    const plugin = JSON.parse(files['.claude-plugin/plugin.json'] ?? '') as { name: string };
    expect(plugin.name).toBe(SKILLS_PLUGIN);
    const other = Object.keys(files).filter(
      (path) => !/^skills\/[a-z0-9-]+\/(SKILL\.md|scaffold\.html|kit\.html)$/.test(path),
    );
    expect(other).toEqual(['.claude-plugin/plugin.json']);
  });

  it.each(names)('%s has its name, a description of one line, and is short', (name) => {
    const [, head = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(textOf(name)) ?? [];
    expect(head).toMatch(new RegExp(`^name: ${name}\ndescription: [^\n:]{40,200}$`));
    expect(body.trim()).toMatch(/^# /);
    expect([...textOf(name)].length).toBeLessThanOrEqual(LIMITS.skill);
  });

  it('all together are bounded', () => {
    const chars = names.reduce((sum, name) => sum + [...textOf(name)].length, 0);
    expect(chars).toBeLessThanOrEqual(LIMITS.all);
  });

  it('those that runs get are those that there are', () => {
    const given = GENRES.flatMap((genre) =>
      skillsFor({ step: 'create', genre, dimension: null, hasSprites: true }),
    );
    expect([...new Set<string>(given)].sort()).toEqual([...names].sort());
  });
});

describe('scaffolds', () => {
  it('stand beside each playbook and the kit of three dimensions', () => {
    expect(scaffolds).toEqual(
      [...playbooks, 'kit-3d'].map((name) => `skills/${name}/scaffold.html`),
    );
  });

  it.each(scaffolds)('%s is whole, small, and can be tuned', (path) => {
    const page = files[path] ?? '';
    const kit = files['skills/kit-2d/kit.html'] ?? '';
    expect(kit.length).toBeLessThanOrEqual(LIMITS.kit);
    expect(page.startsWith('<!DOCTYPE html>')).toBe(true);
    expect(page).not.toContain('<!-- kit');
    expect(page.replace(kit, '').length).toBeLessThanOrEqual(LIMITS.scaffold);
    const [, settings = '', rest = ''] =
      /<script type="application\/json" id="settings">([^]*?)<\/script>([^]*)/.exec(page) ?? [];
    expect(page.indexOf('<script')).toBe(page.indexOf('<script type="application/json"'));
    const declared = z.array(Setting).parse(JSON.parse(settings));
    expect(declared.length).toBeGreaterThanOrEqual(3);
    for (const { name } of declared) expect(rest).toContain(`settings.${name}`);
  });

  it.each(scaffolds)('%s asks nobody else for anything', (path) => {
    expect(files[path]).not.toMatch(/https?:|\balert\(|location\.reload|data:/);
  });
});
