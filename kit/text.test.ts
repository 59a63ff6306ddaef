import { describe, expect, it } from 'vitest';
import { breakLines, languageOf } from './text.js';

const wide = (line: string): number =>
  [...line].reduce((sum, sign) => sum + (/[^\u0000-\u00ff]/u.test(sign) ? 2 : 1), 0);

describe('lines of a text', () => {
  it.each([
    ['the quick brown fox', ['the quick', 'brown fox']],
    ['one\ntwo', ['one', 'two']],
    ['incomprehensible it is', ['incomprehensible', 'it is']],
    ['ねこがはしる', ['ねこがはし', 'る']],
    // No line begins with what closes a sentence.
    ['ねこがねる。よる', ['ねこがねる。', 'よる']],
    ['HP 3のねこ', ['HP 3のねこ']],
    ['', ['']],
  ])('%j are no wider than they may be', (text, lines) => {
    expect(breakLines(text, 11, wide)).toEqual(lines);
  });
});

describe('the language of a game', () => {
  it.each([
    ['?lang=en', 'ja', 'fr-FR', 'en'],
    ['', 'ja', 'en-US', 'ja'],
    ['', 'ja-JP', 'en-US', 'ja'],
    ['', '', 'pt-BR', 'pt'],
    ['?lang=../x', '', 'de', 'de'],
    ['', '', '', 'en'],
  ])('%s, page %j, browser %j: %s', (search, page, browser, language) => {
    expect(languageOf(search, page, browser)).toBe(language);
  });
});
