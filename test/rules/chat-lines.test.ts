import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';

vi.stubGlobal('document', { documentElement: { lang: 'ja' } });
vi.stubGlobal('window', { texts: {} });
afterAll(() => vi.unstubAllGlobals());

const { alreadySays, changeOf } = (await import(
  String(pathToFileURL(path.join(PROJECT_ROOT, 'public', 'js', 'editor', 'chat-lines.ts')))
)) as {
  alreadySays: (
    lines: readonly Line[],
    role: 'user' | 'assistant',
    said: string,
    at?: string,
  ) => Line | null;
  changeOf: (before: readonly Line[] | null, after: readonly Line[]) => string;
};
interface Line {
  id: number;
  role: string;
  said?: string;
  at?: string;
}

const user = (id: number, said: string): Line => ({ id, role: 'user', said });
const note = (id: number): Line => ({ id, role: 'system' });
const answer = (id: number, said: string): Line => ({ id, role: 'assistant', said });

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
    const lines = [user(1, 'more'), answer(2, 'Done.'), note(3), { id: 4, role: 'look' }];
    expect(alreadySays(lines, 'assistant', ' Done.\n')).toBe(lines[1]);
    expect(alreadySays(lines, 'user', 'Done.')).toBe(null);
    expect(alreadySays(lines, 'user', 'more')).toBe(null);
  });

  it('are two where a text was written twice, and one where its time is not known', () => {
    const notice = { ...answer(1, 'Made again.'), at: '2026-01-01T00:00:00Z' };
    const says = (line: Line, at?: string) => alreadySays([line], 'assistant', 'Made again.', at);
    expect(says(notice, '2026-01-01T00:05:00Z')).toBe(null);
    expect(says(notice, notice.at)).toBe(notice);
    expect(says(notice)).toBe(notice);
    const unknown = answer(2, 'Made again.');
    expect(says(unknown, notice.at)).toBe(unknown);
  });
});
