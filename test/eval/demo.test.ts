import { describe, expect, it } from 'vitest';
import { wantsNewGame } from '../../dev/demo-model/conversation.js';
import { answerDesign } from '../../dev/demo-model/design.js';
import { planEdits } from '../../dev/demo-model/edits/plan.js';
import { composeGame } from '../../dev/demo-model/games/compose.js';
import { answerReading } from '../../dev/demo-model/reading.js';
import { themeFromText } from '../../dev/demo-model/theme/theme.js';
import { planText } from '../../dev/demo-model/words.js';
import { readingSystemPrompt } from '../../src/domain/chat/reading-prompt.js';
import { DesignedBrief } from '../../src/contracts/game/brief.js';
import { decidePlan, type MessageReading } from '../../src/domain/generation/generation-plan.js';
import { isChanged, isKept, isWithin, type Pages } from './edits.js';
import { isNearestTold } from './told.js';
import { readItems, type Chain, type Item, type Turn } from './wishes.js';

/** What the demo decides, without a stack: `npm run eval` sees whether the product keeps to it. */
const items = readItems();
const wishes = items.filter((item): item is Exclude<Item, Chain> => item.kind !== 'chain');
const chains = items.filter((item): item is Chain => item.kind === 'chain');

function planOf(content: string, before: readonly string[]) {
  const isNewProject = before.length === 0;
  const head = isNewProject ? 'Game: none yet' : 'Game: x';
  const chat = before.map((text) => `> user: ${text}`).join('\n');
  const read = JSON.parse(
    answerReading(`${head}\n\n${chat}\n\nMessage: ${content}`, readingSystemPrompt(isNewProject)),
  ) as MessageReading & { style: string | null };
  const reading = { ...read, styleId: read.style };
  const nothing = { selectedStyle: null, autoFix: false, pending: null, spokenBefore: null };
  const unasked = { ...nothing, skipStyleSelection: true };
  return decidePlan({ content, isNewProject, reading, ...unasked });
}

const INTENTS = { generate: 'edit', chat: 'chat', restoreProposal: 'restore', question: 'ask' };

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

interface Done {
  readonly turn: Turn;
  readonly intent: string;
  readonly pages: Pages;
}

/** What becomes of the page, message by message. */
function follow({ turns: [first, ...turns] }: Chain): Done[] {
  const said = [first?.text ?? ''];
  let page = composeGame(themeFromText(said[0] ?? '', { styleId: null, dimension: '2d' }));
  let earlier: string | null = null;
  return turns.map((turn) => {
    const plan = planOf(turn.text, said);
    said.push(turn.text);
    const before = page;
    if (plan.kind === 'restoreProposal') page = earlier ?? page;
    if (plan.kind === 'generate') {
      const request = plan.meaning ?? turn.text;
      expect([request, wantsNewGame(request)]).toEqual([request, false]);
      for (const { oldString, newString } of planEdits(request, page, null).edits)
        page = page.replace(oldString, () => newString);
    }
    const pages = { earlier, before, after: page };
    if (page !== before) earlier = before;
    return { turn, intent: INTENTS[plan.kind], pages };
  });
}

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
