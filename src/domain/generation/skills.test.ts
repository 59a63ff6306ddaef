import { describe, expect, it } from 'vitest';
import { GENRES } from '../../contracts/game/brief.js';
import { skillRules, skillsFor } from './skills.js';

const work = { step: 'create', genre: 'shooter', dimension: '2d', hasSprites: false } as const;

describe('the skills of a run', () => {
  it('a first game gets the kit of its dimension, its kind and how it feels and sounds', () => {
    expect(skillsFor(work)).toEqual(['kit-2d', 'game-shooter', 'input', 'ai', 'feel', 'sound']);
    expect(skillsFor({ ...work, dimension: '3d', hasSprites: true })).toEqual(
      expect.arrayContaining(['kit-3d', 'sprites']) as unknown,
    );
  });

  it('a change gets less, and both kits where nobody says which game it is', () => {
    const change = { ...work, step: 'edit', dimension: null } as const;
    expect(skillsFor(change)).toEqual(['kit-2d', 'kit-3d', 'game-shooter', 'feel', 'sound']);
    expect(skillsFor({ ...change, genre: null })).not.toContain('game-shooter');
  });

  it('a repair gets the frame of every game', () => {
    expect(skillsFor({ ...work, step: 'repair' })).toEqual(['kit-2d', 'input']);
  });

  it.each(GENRES)('%s has one playbook, and no skill twice', (genre) => {
    const skills = skillsFor({ ...work, genre, hasSprites: true });
    expect(skills.filter((name) => name.startsWith('game-'))).toHaveLength(1);
    expect(new Set(skills).size).toBe(skills.length);
    expect(skills.length).toBeLessThanOrEqual(8);
  });

  it('are named to the model as its program calls them; without any nothing is said', () => {
    expect(skillRules(['kit-2d', 'input'], 'repair')).toContain('games:kit-2d, games:input.');
    expect(skillRules([], 'create')).toBe('');
  });
});
