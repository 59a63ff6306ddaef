import { describe, expect, it } from 'vitest';
import { gameTitle } from './game-title.js';
import { chatPrompt, generationPrompt, withSuggestions } from './generation-prompt.js';
import { findStyle } from './styles.js';
import { isWelcomePage, WELCOME_PAGE } from './welcome-page.js';

describe('texts', () => {
  it('the placeholder page carries the marker of "no game yet" and a game does not', () => {
    expect(isWelcomePage(WELCOME_PAGE)).toBe(true);
    expect(isWelcomePage(WELCOME_PAGE + ' '.repeat(2000))).toBe(false);
  });

  it('a game names itself in its spec, else in its title, never by a placeholder', () => {
    expect(gameTitle('- ゲーム名: **ねこ宇宙**\n', null)).toBe('ねこ宇宙');
    expect(gameTitle('- ゲーム名：[未定]', '<title>星の旅</title>')).toBe('星の旅');
    expect(gameTitle('# 見出し', '<title>新しいゲーム</title>')).toBeNull();
  });

  it('suggestions are stored as one line that can be parsed again', () => {
    expect(withSuggestions('はい', ['a、b', ' ', 'c\nd'])).toBe('はい\n\n提案: a b、c d');
    expect(withSuggestions('はい', [])).toBe('はい');
  });

  it('a prompt names the dimension and the style that were chosen', () => {
    const text = generationPrompt({
      request: '猫のゲーム',
      dimension: '2d',
      style: findStyle('2d', 'neon'),
      autoFix: false,
    });
    expect(text).toContain('猫のゲーム');
    expect(text).toContain('Dimension: 2d');
    expect(text).toContain('ID: neon');
  });

  it('a chat prompt takes the last ten lines, each cut to 500 characters', () => {
    const history = Array.from({ length: 12 }, (_, i) => ({
      role: 'user',
      content: `${i}:${'x'.repeat(600)}`,
    }));
    const text = chatPrompt({ question: 'q', projectName: 'p', spec: null, code: null, history });
    expect(text).not.toContain('user: 1:x');
    expect(text).toContain(`user: 11:${'x'.repeat(497)}...`);
  });
});
