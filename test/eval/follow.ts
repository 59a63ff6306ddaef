import { expect } from 'vitest';
import { wantsNewGame } from '../../dev/demo-model/conversation.js';
import { planEdits } from '../../dev/demo-model/edits/plan.js';
import { composeGame } from '../../dev/demo-model/games/compose.js';
import { answerReading } from '../../dev/demo-model/reading.js';
import { themeFromText } from '../../dev/demo-model/theme/theme.js';
import { readingSystemPrompt } from '../../src/domain/chat/reading-prompt.js';
import { decidePlan, type MessageReading } from '../../src/domain/generation/generation-plan.js';
import type { Pages } from './edits.js';
import type { Chain, Turn } from './wishes.js';

/** What the product makes of a message, by what the demo reads in it. */
export function planOf(content: string, before: readonly string[]) {
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

/** A message of a chain, and the pages around it. */
export interface Done {
  readonly turn: Turn;
  readonly intent: string;
  readonly pages: Pages;
}

/** What becomes of the page, message by message. */
export function follow({ turns: [first, ...turns] }: Chain): Done[] {
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
