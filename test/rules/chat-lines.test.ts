import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';

vi.stubGlobal('document', { documentElement: { lang: 'ja' } });
vi.stubGlobal('window', { texts: { make2d: '2Dで作成', make3d: '3Dで作成' } });
afterAll(() => vi.unstubAllGlobals());

const { alreadySays, answered, changeOf } = (await import(
  String(pathToFileURL(path.join(PROJECT_ROOT, 'public', 'js', 'editor', 'chat-lines.ts')))
)) as {
  alreadySays: (lines: readonly Line[], role: 'user' | 'assistant', said: string) => Line | null;
  answered: (lines: readonly Line[], answer: string | null) => readonly Line[];
  changeOf: (before: readonly Line[] | null, after: readonly Line[]) => string;
};
interface Line {
  id: number;
  role: string;
  said?: string;
  suggestions?: readonly string[];
  answer?: string | null;
}

const user = (id: number, said: string): Line => ({ id, role: 'user', said });
const note = (id: number): Line => ({ id, role: 'system' });
const answer = (id: number, said: string, suggestions: readonly string[] = []): Line => ({
  id,
  role: 'assistant',
  said,
  suggestions,
  answer: null,
});
const PILLS = ['2Dで作成', '3Dで作成'];

describe('the lines of the chat', () => {
  it.each([
    ['redrawn', null, [1, 2]],
    ['redrawn', [1, 2], [3, 4]],
    ['added', [], [1]],
    ['added', [1], [1, 2, 3]],
    ['added', [1, 2], [1, 3]],
    ['earlier', [3, 4], [1, 2, 3, 4]],
    ['altered', [1, 2], [1, 2]],
    ['altered', [], []],
  ] as const)('are %s from %j to %j', (change, before, after) => {
    const lines = (ids: readonly number[]) => ids.map(note);
    expect(changeOf(before && lines(before), lines(after))).toBe(change);
  });

  it('say a text already where the newest word has it, whatever notes stand below', () => {
    const lines = [user(1, 'more'), answer(2, 'Done.'), note(3)];
    expect(alreadySays(lines, 'assistant', ' Done.\n')).toBe(lines[1]);
    expect(alreadySays(lines, 'user', 'Done.')).toBe(null);
    expect(alreadySays(lines, 'user', 'more')).toBe(null);
  });

  it('have the answer in the newest question, unless the assistant went on since', () => {
    const asked = answer(2, '2D or 3D?', PILLS);
    expect(answered([asked, note(3)], '2D')).toEqual([{ ...asked, answer: '2D' }, note(3)]);
    const later = [asked, answer(3, 'A game.', ['sound'])];
    expect(answered(later, '2D')).toBe(later);
  });
});
