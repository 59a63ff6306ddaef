import { expect, it } from 'vitest';
import { parseDraft } from './beside.js';

it("a draft of V2's is read with its time; without one it is older than any row", () => {
  const text = {
    title: '題',
    description: '',
    howToPlay: '',
    tags: ['猫'],
    visibility: 'unlisted',
    remix: 'disallowed',
    thumbnailUrl: null,
  };
  expect(
    parseDraft(JSON.stringify({ ...text, updatedAt: '2025-02-01T00:00:00.000Z' })),
  ).toMatchObject({ draft: { title: '題', tags: ['猫'] }, updatedAt: Date.UTC(2025, 1, 1) });
  expect(parseDraft(JSON.stringify({ ...text, updatedAt: 'never' }))?.updatedAt).toBe(0);
});

it.each(['', '{"title":', 'null', '[]', '"text"', '3'])('%j is no draft', (text) => {
  expect(parseDraft(text)).toBeNull();
});
