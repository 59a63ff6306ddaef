import { describe, expect, it } from 'vitest';
import { GENRES } from '../../contracts/game/brief.js';
import { dimensionOf, skillRules, skillsFor } from './skills.js';

const work = { step: 'create', genre: 'shooter', dimension: '2d', hasSprites: false } as const;

describe('the pages of a run', () => {
  it('a first game gets what most share first, then its kind and an example of it', () => {
    expect(skillsFor(work)).toEqual([
      ...['kit-2d', 'feel', 'sound', 'game-shooter', 'input', 'ai', 'game-shooter-example'],
    ]);
    const inSpace = skillsFor({ ...work, dimension: '3d', hasSprites: true });
    expect(inSpace).toEqual(expect.arrayContaining(['kit-3d', 'sprites', 'kit-3d-example']));
    expect(inSpace).not.toContain('game-shooter-example');
  });

  it('a change gets less, and both kits where the dimension is unknown', () => {
    const change = { ...work, step: 'edit', dimension: null } as const;
    expect(skillsFor(change)).toEqual(['kit-2d', 'kit-3d', 'feel', 'sound', 'game-shooter']);
    expect(skillsFor({ ...change, genre: null })).not.toContain('game-shooter');
  });

  it('the dimension of a game is known by the kit that its page loads', () => {
    const past = (script: string) => [
      { name: 'changes.md', content: '/vendor/kit@1.0.0/3d.js' },
      { name: 'page-now.html', content: `<script src="${script}"></script>` },
    ];
    expect(dimensionOf(past('/vendor/kit@1.0.0/2d.js'))).toBe('2d');
    expect(dimensionOf(past('/vendor/kit@2.10.0/3d.js'))).toBe('3d');
    expect(dimensionOf(past('/vendor/three@0.187.0/three.module.js'))).toBeNull();
    expect(dimensionOf([])).toBeNull();
  });

  it('a repair gets the frame of every game', () => {
    expect(skillsFor({ ...work, step: 'repair' })).toEqual(['kit-2d', 'input']);
  });

  it.each(GENRES)('%s has one playbook with its example, and no page twice', (genre) => {
    const skills = skillsFor({ ...work, genre, hasSprites: true });
    const own = skills.filter((name) => name.startsWith('game-'));
    expect(own).toEqual([own[0], `${own[0]}-example`]);
    expect(new Set(skills).size).toBe(skills.length);
    expect(skills.length).toBeLessThanOrEqual(9);
  });

  it('are read by one call of the skill that holds them; without any nothing is said', () => {
    const rules = skillRules(['kit-2d', 'input'], 'repair');
    expect(rules).toContain('kit-2d, input.');
    expect(rules.match(/games:make/g)).toHaveLength(1);
    expect(skillRules([], 'create')).toBe('');
  });
});
