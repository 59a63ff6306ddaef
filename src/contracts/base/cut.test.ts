import { expect, it } from 'vitest';
import { gameTitle } from '../../domain/game/game-title.js';
import { thumbnailPrompt } from '../../domain/game/thumbnail-prompt.js';
import { Doing, doingName } from '../messages/doing.js';
import { cut } from './cut.js';
import { storable } from './ids.js';

it.each([
  ['', 3, ''],
  ['abc', 3, 'abc'],
  ['abcd', 3, 'abc'],
  ['a🎮🎮🎮', 3, 'a🎮🎮'],
  ['🎮🎮🎮🎮', 3, '🎮🎮🎮'],
  ['ab🎮', 3, 'ab🎮'],
])('of %j, %i characters are %j', (text, chars, whole) => {
  expect(cut(text, chars)).toBe(whole);
});

it.each([0, 1])('a cut text has no half of a character, wherever it is cut (%i)', (before) => {
  const long = 'x'.repeat(before) + '🎮'.repeat(4_000);
  const name = doingName(long);
  expect(Doing.safeParse({ turn: 1, tool: name, file: null, bytes: 0 }).success).toBe(true);
  const title = gameTitle(null, `<title>${long}</title>`) ?? '';
  expect(title).toHaveLength(100 - before);
  for (const text of [title, name, thumbnailPrompt({ title: '', description: long })])
    expect(storable(text)).toBe(text);
});
