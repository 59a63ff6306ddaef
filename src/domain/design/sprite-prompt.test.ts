import { describe, expect, it } from 'vitest';
import { generationPrompt } from '../generation/generation-prompt.js';
import { findStyle } from '../styles/styles.js';
import { briefByRules } from './brief-by-rules.js';
import { gameSpritePrompt } from './sprite-prompt.js';

const WISH = { request: '猫', dimension: '2d', styleId: 'neon', language: 'ja' } as const;
const BRIEF = briefByRules(WISH);

describe('images of a game', () => {
  it('are asked for by figure, style and colours that are not those of their ground', () => {
    const prompt = gameSpritePrompt({ draws: '青い猫' }, BRIEF, findStyle('2d', 'neon'));
    expect(prompt).toMatch(/^青い猫\n/);
    expect(BRIEF.palette.danger).toBe('#ff2bd6');
    expect(prompt).toContain('Colours of the game: player #00f0ff, reward #f9f871.');
    expect(prompt).toContain('Art style: ');
    expect(gameSpritePrompt({ draws: 'x' }, BRIEF, null)).not.toContain('Art style');
  });

  it('are told to the run by their files, with what to do without them', () => {
    const plain = { request: 'r', dimension: null, style: null, autoFix: false, brief: BRIEF };
    const prompt = generationPrompt({ ...plain, sprites: ['cat', 'dog'] });
    expect(prompt).toContain('images/cat.webp, images/dog.webp');
    expect(prompt).toMatch(/when it never comes, draw the figure by code/);
    expect(generationPrompt({ ...plain, sprites: [] })).toBe(generationPrompt(plain));
    expect(generationPrompt(plain)).not.toContain('.webp');
  });
});
