import { readEnglish } from './english.js';
import { readJapanese } from './japanese.js';
import { languageOf } from '../text/language.js';

/** What a chat message asks for (generation.md §5–7). */
export type Intent = 'restore' | 'chat' | 'edit';

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
