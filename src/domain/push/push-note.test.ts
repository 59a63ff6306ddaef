import { describe, expect, it } from 'vitest';
import type { PushedEnd } from '../../contracts/media/push.js';
import { pushedNote } from './push-note.js';

const note = (name: string, end: PushedEnd = 'made', language: 'ja' | 'en' = 'ja') =>
  pushedNote(end, { id: 'p', name }, language);

describe('what a browser is told of a job', () => {
  it('is the name of the game and how it ended, in the language of the browser', () => {
    expect(note('星よけ')).toEqual({
      title: '「星よけ」ができました',
      body: 'タップして遊べます',
      url: '/project/p',
      topic: '/project/p',
    });
    const titles = (['made', 'answered', 'asked', 'failed'] as const).flatMap((end) =>
      (['ja', 'en'] as const).map((language) => note('A', end, language).title),
    );
    expect(titles[1]).toBe('“A” is ready');
    expect(new Set(titles).size).toBe(8);
  });

  it('holds nothing else of the game, and fits into what push services take', () => {
    const long = note('👨‍👩‍👧‍👦'.repeat(300));
    expect(long.title).toMatch(/…」ができました$/);
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThan(1_000);
    expect(note('a'.repeat(40)).title).toBe(`「${'a'.repeat(40)}」ができました`);
  });

  it('shows no second line and nothing in another direction', () => {
    expect(note('a\n\u202eb\u0000c\u2028d').title).toBe('「a b c d」ができました');
  });
});
