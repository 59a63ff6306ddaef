import { expect, it } from 'vitest';
import type { HistoryItem } from '../../contracts/wire/frames.js';
import { restoredIn, withUndone } from './undone.js';

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
const line = (minute: number, role: HistoryItem['role'], content: string): HistoryItem => ({
  ...{ role, content, timestamp: at(minute) },
});
const restore = (minute: number, version: string): HistoryItem => ({
  ...line(minute, 'system', `back to ${version}`),
  ...{ code: 'VERSION_RESTORED', params: { version } },
});
const HISTORY = [
  line(1, 'user', 'a cat'),
  line(3, 'assistant', 'here is a cat'),
  line(5, 'user', 'make it a dog'),
  line(7, 'assistant', 'now a dog'),
  restore(8, 'aaaaaaa'),
  line(9, 'user', 'faster'),
];

it('what was said of versions that a restore took back is marked, nothing before or after', () => {
  expect(restoredIn(HISTORY)).toEqual(['aaaaaaa']);
  const told = withUndone(HISTORY, new Map([['aaaaaaa', at(2)]]));
  expect(told.map(({ content }) => content)).toEqual([
    ...['a cat', 'here is a cat'],
    ...['(undone by the restore below) make it a dog', '(undone by the restore below) now a dog'],
    ...['back to aaaaaaa', 'faster'],
  ]);
});

it('a version that is not known, or words that a player wrote, undo nothing', () => {
  const said = [...HISTORY.slice(0, 4), line(8, 'user', 'back to aaaaaaa')];
  const plain = (history: readonly HistoryItem[]) =>
    history.map(({ role, content }) => ({ role, content }));
  expect(withUndone(HISTORY, new Map())).toEqual(plain(HISTORY));
  expect(withUndone(said, new Map([['aaaaaaa', at(2)]]))).toEqual(plain(said));
});
