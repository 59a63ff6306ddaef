import { describe, expect, it } from 'vitest';
import { CLIENT_FRAMES } from './client-frames.js';
import { JobsQuery } from './http.js';

const contentOf = (content: string): string | undefined =>
  CLIENT_FRAMES.message.schema.safeParse({ type: 'message', content }).data?.content;

describe('what a client sends', () => {
  it('is cleaned of characters that the database cannot keep', () => {
    expect(contentOf('a\0b')).toBe('ab');
    expect(contentOf('a\ud800b')).toBe('a\ufffdb');
    expect(contentOf('\0 \0')).toBeUndefined();
    expect(
      CLIENT_FRAMES.message.schema.parse({
        type: 'message',
        content: 'a',
        selectedStyle: { dimension: '2d', styleId: 'x\0' },
      }).selectedStyle?.styleId,
    ).toBe('x');
  });

  it.each([
    ['99999999999999999999', 1000],
    ['9'.repeat(400), 1000],
    [`-${'9'.repeat(400)}`, 0],
    ['x', 20],
    [['1'], 20],
    [undefined, 20],
    ['7.5', 7],
  ])('limit=%s asks for %s jobs', (limit, expected) => {
    expect(JobsQuery.parse({ limit }).limit).toBe(expected);
  });

  it('may leave the limit of jobs away', () => {
    expect(JobsQuery.parse({}).limit).toBe(20);
  });
});
