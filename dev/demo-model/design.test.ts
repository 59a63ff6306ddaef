import { describe, expect, it } from 'vitest';
import { DesignedBrief, spritePath } from '../../src/contracts/game/brief.js';
import { briefByModel } from '../../src/domain/design/brief-by-rules.js';
import { DESIGN_SYSTEM_PROMPT, designPrompt } from '../../src/domain/design/design-prompt.js';
import { generationPrompt } from '../../src/domain/generation/generation-prompt.js';
import { decideNextTurn } from './conversation.js';
import { answerDesign } from './design.js';
import { composeGame, drawnRoles } from './games/compose.js';
import { readPrompt } from './request-text.js';
import { themeFromText } from './theme/theme.js';

const WISHES = [
  ['猫がジャンプするゲームを作って', 'ja'],
  ['宇宙で戦うシューティング', 'ja'],
  ['テトリスみたいなゲーム', 'ja'],
  ['赤い車のレース\n\n敵は青', 'ja'],
  ['a quiz about the sea', 'en'],
  ['Please make a maze game with a dog', 'en'],
] as const;
const wishOf = (request: string, language: 'ja' | 'en') => ({
  ...{ request, language },
  ...{ dimension: '2d' as const, styleId: 'neon' },
});

describe('the demo model designs', () => {
  it.each(WISHES)('「%s」 as the product asks, and means the game that it then writes', (...of) => {
    const [request, language] = of;
    const [block] = decideNextTurn({
      model: 'm',
      system: DESIGN_SYSTEM_PROMPT,
      messages: [{ role: 'user', content: designPrompt(wishOf(request, language)) }],
    }).blocks;
    const brief = DesignedBrief.parse(JSON.parse(block?.type === 'text' ? block.text : ''));
    const theme = themeFromText(request, { styleId: 'neon', dimension: '2d' });
    expect(brief.title).toBe(theme.title);
    expect(brief.likeness === null).toBe(!request.includes('テトリス'));
    expect(brief.title).not.toMatch(/テトリス/);
    // What the product tells of the design is not taken for the player's own words.
    const told = generationPrompt({
      ...{ request, dimension: '2d', style: null, autoFix: false },
      brief: briefByModel(brief, wishOf(request, language)),
    });
    expect(readPrompt(told).request).toBe(request);
    expect(readPrompt(told).images).toEqual([]);
  });

  it('figures that its games then draw as images, by the emoji they have until then', () => {
    const wish = wishOf('猫がジャンプするゲームを作って', 'ja');
    const brief = briefByModel(
      DesignedBrief.parse(JSON.parse(answerDesign(designPrompt(wish)))),
      wish,
    );
    const sprites = brief.sprites.map(({ name }) => name);
    expect(sprites).toEqual(['player', 'enemy', 'item']);
    const told = generationPrompt({ ...wish, style: null, autoFix: false, brief, sprites });
    const asked = readPrompt(told);
    expect(asked).toMatchObject({ request: wish.request, images: sprites.map(spritePath) });
    const theme = themeFromText(wish.request, wish);
    const page = composeGame(theme, asked.images);
    for (const [at, path] of asked.images.entries())
      expect(page).toContain(`['${brief.sprites[at]?.fallback}', '${path}']`);
    expect(composeGame(theme)).toContain('const DRAWN = [\n];');
    const rolesOf = (request: string) =>
      drawnRoles(themeFromText(request, { styleId: null, dimension: '3d' }));
    expect(rolesOf('シューティング')).toEqual(['player', 'enemy', 'item']);
    expect(rolesOf('積み上げるタワー')).toEqual(['player']);
  });
});
