import { expect, it } from 'vitest';
import { isSmallJson } from './json-size.js';

const isSmall = (value: unknown, most: number): boolean =>
  isSmallJson(Buffer.from(JSON.stringify(value)), most);

it('counts objects, lists and separators, not what strings hold', () => {
  expect(isSmall({ text: '{},'.repeat(1_000), quote: '"\\' }, 3)).toBe(true);
  expect(isSmall([{}, {}], 5)).toBe(true);
  expect(isSmall([{}, {}, {}], 5)).toBe(false);
});

it('refuses what is nested more than 32 levels deep', () => {
  expect(isSmallJson(Buffer.from('['.repeat(32) + ']'.repeat(32)), 100)).toBe(true);
  expect(isSmallJson(Buffer.from('['.repeat(33) + ']'.repeat(33)), 100)).toBe(false);
});
