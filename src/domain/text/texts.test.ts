import { describe, expect, it } from 'vitest';
import { spokenLanguage } from '../chat/chat-lines.js';
import { gameTitle } from '../game/game-title.js';
import { chatPrompt, chatSystemPrompt } from '../chat/chat-prompt.js';
import { generationPrompt, systemPrompt, suggestionLine } from '../generation/generation-prompt.js';
import { publishInfoSystemPrompt } from '../publishing/publish-prompt.js';
import { findStyle, STYLES } from '../styles/styles.js';
import { isWelcomePage, WELCOME_PAGE } from '../game/welcome-page.js';

describe('texts', () => {
  it('the placeholder page carries the marker of "no game yet" and a game does not', () => {
    expect(isWelcomePage(WELCOME_PAGE)).toBe(true);
    expect(isWelcomePage(WELCOME_PAGE + ' '.repeat(2000))).toBe(false);
  });

  it('a game names itself in its spec, else in its title, never by a placeholder', () => {
    expect(gameTitle('- ゲーム名: **ねこ宇宙**\n', null)).toBe('ねこ宇宙');
    expect(gameTitle('- ゲーム名：[未定]', '<title>星の旅</title>')).toBe('星の旅');
    expect(gameTitle('# 見出し', '<title>新しいゲーム</title>')).toBeNull();
    expect(gameTitle(null, '<title>New game</title>')).toBeNull();
  });

  it('suggestions are stored as one line that can be parsed again', () => {
    expect(suggestionLine(['a、b', ' ', 'c\nd'])).toBe('提案: a b、c d');
    expect(suggestionLine([])).toBeNull();
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

  it('a change comes with its meaning and with the chat before it', () => {
    const text = generationPrompt({
      request: 'さっきの半分くらいにして',
      dimension: null,
      style: null,
      autoFix: false,
      meaning: '敵の速さを、\n速くした分の半分にして',
      lines: [{ role: 'user', content: '敵を速くして\n\nおねがい' }],
    });
    expect(text.split('\n\n')).toEqual([
      'さっきの半分くらいにして',
      'Meaning, with the chat before it: 敵の速さを、 速くした分の半分にして',
      '=== The chat before it, oldest first ===\n> user: 敵を速くして\n> \n> おねがい',
    ]);
  });

  it.each(['ja', 'en'] as const)(
    'the rules speak %s, say how games tell their state',
    (language) => {
      for (const isNew of [true, false]) {
        const rules = systemPrompt(isNew, language);
        expect(rules).toContain(language === 'ja' ? 'reads Japanese' : 'reads English');
        expect(rules).toMatch(/390 x 844[^]*dataset tells the state[^]*"提案: a、b、c"/);
        const longest = Math.max(
          ...(['2d', '3d'] as const).flatMap((dimension) =>
            STYLES[dimension].map(
              (style) => generationPrompt({ request: '', dimension, style, autoFix: false }).length,
            ),
          ),
        );
        expect(rules.length + longest).toBeLessThan(6_000);
      }
    },
  );

  it('an answer is in the language of the message, a game stays in its own', () => {
    expect(systemPrompt(true, 'en')).toContain('every word in the game, its title and your answer');
    const change = systemPrompt(false, 'en');
    expect(change).toContain('your answer is in English. The words in the game stay');
    expect(change).not.toMatch(/every word/);
  });

  it('texts about a game are in the language that its player wrote last', () => {
    const line = (role: string, content: string) => ({ role, content });
    const chat = [
      line('user', '猫のゲーム'),
      line('user', 'faster'),
      line('assistant', 'できました'),
    ];
    expect(spokenLanguage([...chat, line('user', '👍')])).toBe('en');
    expect(spokenLanguage(chat.slice(0, 1))).toBe('ja');
    expect(spokenLanguage([line('assistant', 'hello')])).toBeNull();
    expect(publishInfoSystemPrompt('en')).toContain('in English');
    expect(publishInfoSystemPrompt('ja')).toContain('日本語');
  });

  it('a chat prompt carries the files whole, and speaks the language of the player', () => {
    const page = `<html>${'x'.repeat(20_000)}</html>`;
    const text = chatPrompt({
      question: 'q',
      projectName: 'p',
      files: [{ path: 'index.html', text: page }],
      history: [{ role: 'user', content: 'q' }],
    });
    expect(text).toContain(`--- index.html ---\n> ${page}`);
    expect(text).not.toContain('user: q');
    expect(chatSystemPrompt('en')).toContain('short English');
    expect(chatSystemPrompt('ja')).toContain('short Japanese');
  });

  it('a chat prompt takes the last ten lines, each cut to 500 characters', () => {
    const history = Array.from({ length: 12 }, (_, i) => ({
      role: 'user',
      content: `${i}:${'x'.repeat(600)}`,
    }));
    const text = chatPrompt({ question: 'q', projectName: 'p', files: [], history });
    expect(text).not.toContain('user: 1:x');
    expect(text).toContain(`user: 11:${'x'.repeat(497)}...`);
  });
});
