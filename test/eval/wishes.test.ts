import { describe, expect, it } from 'vitest';
import { languageOf } from '../../src/domain/text/language.js';
import { mentionedDimension } from '../../src/domain/styles/style-gate.js';
import { ownImage } from './images.js';
import { chooseItems, groupBy, readItems, WISHED_GENRES, type Chain, type Wish } from './wishes.js';

const items = readItems();
const chains = items.filter((item): item is Chain => item.kind === 'chain');
const all = items.filter((item): item is Wish => item.kind !== 'chain');
const wishes = all.filter(({ kind }) => kind === 'wish');
const share = (of: readonly { language: string }[]): number =>
  of.filter(({ language }) => language === 'ja').length / of.length;

describe('the wishes of the eval', () => {
  it('are 60, of 16 genres, half in Japanese, vague and precise', () => {
    expect(wishes).toHaveLength(60);
    expect(share(wishes)).toBe(0.5);
    const byGenre = groupBy(wishes, ({ genre }) => genre[0]);
    expect([...byGenre.keys()]).toEqual([...WISHED_GENRES]);
    for (const [genre, of] of byGenre) {
      expect([genre, of.length >= 3]).toEqual([genre, true]);
      expect([genre, new Set(of.map(({ language }) => language)).size]).toEqual([genre, 2]);
      expect([genre, new Set(of.map(({ detail }) => detail)).size]).toEqual([genre, 2]);
    }
  });

  it('have six that name a known game, and four with an image that can be drawn', async () => {
    const named = all.filter(({ kind }) => kind === 'likeness');
    expect(named.map(({ text, about }) => new RegExp(about ?? '(?!)', 'i').test(text))).toEqual(
      Array.from({ length: 6 }, () => true),
    );
    const own = all.filter(({ kind }) => kind === 'image');
    expect(own).toHaveLength(4);
    for (const { about } of own) expect((await ownImage(about ?? '')).length).toBeGreaterThan(200);
  });

  it('are what their columns say, and each once', () => {
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    for (const { text, language, dimension } of all) {
      expect([text, languageOf(text)]).toEqual([text, language]);
      expect([text, mentionedDimension(text) ?? 'ask']).toEqual([text, dimension]);
    }
  });
});

describe('the chains of the eval', () => {
  it('are 20, each a first game and four messages, half in Japanese', () => {
    expect(chains).toHaveLength(20);
    expect(share(chains)).toBe(0.5);
    for (const { id, turns } of chains) {
      expect([id, turns.length]).toEqual([id, 5]);
      const [first, ...rest] = turns.map(({ intent }) => intent);
      expect([id, first, rest.includes('make')]).toEqual([id, 'make', false]);
    }
  });

  it('say of each change what it is and how much it may touch', () => {
    const turns = chains.flatMap((chain) => chain.turns);
    for (const { text, intent, scope, changes } of turns) {
      expect([text, scope !== null]).toEqual([text, intent === 'edit']);
      const wanted = { chat: 'nothing', restore: 'back', make: 'any' }[intent as string];
      if (wanted !== undefined) expect([text, changes.kind]).toEqual([text, wanted]);
      expect(() => new RegExp(changes.what)).not.toThrow();
    }
    const kinds = new Set(turns.map(({ changes }) => changes.kind));
    expect([...kinds].toSorted()).toEqual(
      ['adds', 'any', 'back', 'colour', 'nothing', 'number', 'title'].toSorted(),
    );
  });
});

describe('what is chosen of them', () => {
  it('is all, or a kind, or a genre, in the order of the tables', () => {
    expect(chooseItems(items, {}).map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    expect(chooseItems(items, { only: ['chain'] })).toHaveLength(20);
    expect(chooseItems(items, { only: ['quiz', 'image'] }).map(({ id }) => id)).toEqual([
      ...['quiz-1', 'quiz-2', 'quiz-3', 'quiz-4'],
      ...['image-1', 'image-2', 'image-3', 'image-4'],
    ]);
  });

  it('is at most so many of each kind, of many genres, and the same ones each time', () => {
    const chosen = chooseItems(items, { only: ['wish', 'chain'], count: 8 });
    expect(chosen).toHaveLength(16);
    const genres = chosen.flatMap((item) => (item.kind === 'wish' ? item.genre.slice(0, 1) : []));
    expect(new Set(genres).size).toBe(8);
    expect(chooseItems(items, { only: ['wish', 'chain'], count: 8 })).toEqual(chosen);
  });
});
