import { readEnglish } from './english.js';
import { readJapanese } from './japanese.js';
import { languageOf } from '../language.js';

/** What a chat message asks for (generation.md §5–7). */
export type Intent = 'restore' | 'chat' | 'edit';

/** What the words of a message show, each by itself. */
export interface Reading {
  /** The earlier version is wished for, as a whole. */
  readonly restores: boolean;
  /** Something is to be changed, in words that leave no doubt. */
  readonly orders: boolean;
  /** Ideas, an explanation or an opinion are wished for: words, not changes. */
  readonly asksForWords: boolean;
  /** The same as an order, put as a question: 「速くできますか？」, "Can you make it faster?". */
  readonly ordersPolitely: boolean;
  readonly asks: boolean;
  /** Thanks, praise, a greeting. */
  readonly chats: boolean;
}

/**
 * Decides by keywords what a message wants. A project without a game has nothing to restore, and a
 * noun phrase such as 「どうぶつ集めゲーム」 is a wish for a game there, not a question.
 */
export function detectIntent(content: string, isNewProject: boolean): Intent {
  const text = content.normalize('NFKC').trim();
  const isJapanese = languageOf(text) === 'ja';
  const reading = isJapanese ? readJapanese(text, isNewProject) : readEnglish(text);
  if (reading.restores && !isNewProject) return 'restore';
  if (reading.asksForWords) return 'chat';
  if (reading.orders || reading.ordersPolitely) return 'edit';
  return reading.asks || reading.chats ? 'chat' : 'edit';
}
