/** What a chat message asks for, by keywords (generation.md §5–7). */
export type Intent = 'restore' | 'chat' | 'edit';

const RESTORE =
  /元に戻して|元に戻す|元にもどして|前のバージョンに戻して|前に戻して|一つ前に戻して|ひとつ前に戻して|取り消して|\bundo\b|\brevert\b/i;

const ACTION_ENDINGS = /(して|してください)[。!！]?$/;
const ACTIONS = [
  'に変えて',
  'にして',
  'を追加',
  'を削除',
  'を修正',
  '作って',
  '直して',
  'つけて',
  '入れて',
  '消して',
  '増やして',
  '減らして',
  '変更して',
  '実装して',
];

const QUESTION_ENDINGS = /(ですか|って何|とは)[?？]?$|[?？]$/;
const QUESTIONS = [
  'どうなって',
  'どうして',
  '確認したい',
  '確認して',
  '教えて',
  '説明して',
  'わからない',
  'なぜ',
  'どこ',
  'いつ',
  '何が',
  'どんな',
];
const QUESTION_STARTS = /^(どう|なに|何を|どれ)/;

/** Words that make a sentence an order for a new game even when it holds a question word. */
const CREATION = /作りたい|作成|ゲームを作|create|ゲーム$/i;

/** True when the text is a question by V2's keyword table; orders win over questions. */
function isQuestion(text: string): boolean {
  const asksByWord = QUESTIONS.some((word) => text.includes(word));
  const isOrder = ACTION_ENDINGS.test(text) || ACTIONS.some((word) => text.includes(word));
  // 「…を教えて(ください)」「確認して」 end like orders, yet ask for words, not for changes.
  const asksForWords = /(教えて|説明して|確認して)(ください)?[。!！]?$/.test(text);
  if (isOrder && !asksForWords) return false;
  return QUESTION_ENDINGS.test(text) || asksByWord || QUESTION_STARTS.test(text);
}

/**
 * Decides what a message wants. A project without a game has nothing to restore, and a noun phrase
 * such as 「どうぶつ集めゲーム」 is a wish for a game there, not a question.
 */
export function detectIntent(content: string, isNewProject: boolean): Intent {
  const text = content.trim();
  if (!isNewProject && RESTORE.test(text)) return 'restore';
  if (!isQuestion(text)) return 'edit';
  if (
    isNewProject &&
    !QUESTION_ENDINGS.test(text) &&
    (CREATION.test(text) || QUESTION_STARTS.test(text))
  )
    return 'edit';
  return 'chat';
}
