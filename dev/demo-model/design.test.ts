import { describe, expect, it } from 'vitest';
import { DesignedBrief } from '../../src/contracts/brief.js';
import { briefByModel } from '../../src/domain/design/brief-by-rules.js';
import { DESIGN_SYSTEM_PROMPT, designPrompt } from '../../src/domain/design/design-prompt.js';
import { generationPrompt } from '../../src/domain/generation-prompt.js';
import { decideNextTurn } from './conversation.js';
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
    // What the product tells of the design is not taken for the player's own words.
    const told = generationPrompt({
      ...{ request, dimension: '2d', style: null, autoFix: false },
      brief: briefByModel(brief, wishOf(request, language)),
    });
    expect(readPrompt(told).request).toBe(request);
  });
});
