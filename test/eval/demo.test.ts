import { describe, expect, it } from 'vitest';
import { answerDesign } from '../../dev/demo-model/design.js';
import { themeFromText } from '../../dev/demo-model/theme/theme.js';
import { planText } from '../../dev/demo-model/words.js';
import { DesignedBrief } from '../../src/contracts/game/brief.js';
import { isChanged, isKept, isWithin } from './edits.js';
import { follow, planOf } from './follow.js';
import { isNearestTold } from './told.js';
import { readItems, type Chain, type Item } from './wishes.js';

/** What the demo decides, without a stack: `npm run eval` sees whether the product keeps to it. */
const items = readItems();
const wishes = items.filter((item): item is Exclude<Item, Chain> => item.kind !== 'chain');
const chains = items.filter((item): item is Chain => item.kind === 'chain');

describe('the demo, asked for a new game', () => {
  it.each(wishes.map((wish) => [wish.text, wish] as const))(
    '%s: makes that genre or says which',
    (text, { dimension, style, genre }) => {
      const plan = planOf(text, []);
      if (plan.kind !== 'generate') throw new Error(plan.kind);
      const { dimension: made } = plan;
      expect(made).toBe(dimension === 'ask' ? made : dimension);
      const told = answerDesign(`Dimension: ${made}\nWish:\n> ${text}`);
      const { genre: chosen = '' } = DesignedBrief.parse(JSON.parse(told));
      const theme = themeFromText(text, { styleId: style?.styleId ?? null, dimension: made });
      const isRight = (genre as readonly string[]).includes(chosen);
      const isTold = isRight || isNearestTold(planText(theme));
      expect([chosen, isTold]).toEqual([chosen, true]);
    },
  );
});

describe('the demo, asked for changes', () => {
  const done = chains.flatMap(follow);
  const edits = done.filter(({ turn }) => turn.intent === 'edit' || turn.intent === 'restore');

  it('knows each of 80 messages for what it is', () => {
    expect(done).toHaveLength(80);
    expect(done.filter(({ turn, intent }) => turn.intent !== intent)).toEqual([]);
  });

  it('keeps everything else as it is, within the scope', () => {
    for (const { turn, pages } of edits) {
      const isGood = isKept(pages, turn.keeps) && (!turn.scope || isWithin(pages, turn.scope));
      expect([turn.text, isGood]).toEqual([turn.text, true]);
    }
  });

  it('changes what was asked for', () => {
    const left = edits.filter(({ turn, pages }) => !isChanged(pages, turn.changes));
    expect(left.map(({ turn }) => turn.text)).toEqual([]);
  });
});
