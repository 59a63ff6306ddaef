import { ERROR_POLICY, isErrorKind } from './errors.js';
import { noteOf } from './notes.js';
import { filled, patternOf, type Params } from './templates.js';

/**
 * What the server itself says to people beside errors: V2's sentences, each under a code by which
 * a client finds it in another language. Places in braces are its params.
 */
export const SENTENCES = {
  // Steps of a job
  STEP_CHECKING: '内容を確認しています...',
  STEP_PREPARING: '準備しています...',
  STEP_ANSWERING: '回答を考えています...',
  STEP_DESIGNING: 'どんなゲームにするか決めています',
  STEP_WAITING: '順番待ち: およそ{position}番目',
  STEP_NOT_BEGUN: 'ご依頼は届いています。作業はまだ始まっていません',
  STEP_THINKING: 'AIが考えています',
  STEP_READING: '今のゲームを読んでいます',
  STEP_READING_FILE: '{file} を読んでいます',
  STEP_WRITING: 'コードを書いています',
  STEP_WRITING_FILE: '{file} を書いています',
  STEP_MENDING: 'コードを直しています',
  STEP_MENDING_FILE: '{file} を直しています',
  STEP_SEARCHING: 'ファイルを調べています',
  STEP_SEARCHING_FILE: '{file} を調べています',
  STEP_PLANNING: '作り方を確認しています',
  STEP_WORKING: '作業しています',
  STEP_TESTING: '動くかどうか確かめています',
  STEP_SAVING: '保存しています',
  STEP_PLAYING: '試し遊びをしています',
  STEP_REPAIRING: '見つかった不具合を直しています',
  STEP_PLAYING_AGAIN: '直したゲームをもう一度試し遊びしています',
  STEP_KEEPING: '新しいバージョンとして残しています',
  STEP_ANSWERED: '回答完了',
  STEP_RESTORE_ASKED: 'リストア確認',
  // Lines of the chat
  GAME_UPDATED: 'ゲームを更新しました',
  GAME_UPDATED_SUMMARY: 'ゲームを更新しました。',
  ANSWER_EMPTY: 'うまく答えられませんでした。もう少し詳しく教えてください。',
  VERSION_RESTORED: 'バージョン {version} に戻しました',
  GAME_TUNED: 'ゲームを調整しました: {changes}',
  REMIXED_FROM: '「{title}」をもとに作りました',
  // Notifications: a title, and its message under the same code with _NOTE
  GAME_REGISTERED: 'ゲームを登録しました',
  GAME_REGISTERED_NOTE: '「{title}」を登録しました。',
  GAME_PUBLISHED: 'ゲームを公開しました',
  GAME_PUBLISHED_NOTE: '「{title}」を登録しました。',
  GAME_TAKEN_DOWN: 'ゲームの公開が運営により停止されました',
  GAME_TAKEN_DOWN_NOTE: '「{title}」は遊べなくなっています。理由: {reason}',
  GAME_PUT_BACK: 'ゲームの公開が再開されました',
  GAME_PUT_BACK_NOTE: '「{title}」の公開停止が解除されました。',
  WELCOME: 'DreamCoreへようこそ',
  WELCOME_NOTE:
    'ことばで伝えるだけで、スマホで遊べるゲームが作れます。まずは「作る」から始めましょう。',
  // Refusals that no error kind has for itself
  IMAGE_TIMED_OUT: '時間内に画像が完成しませんでした。もう一度お試しください。',
} as const satisfies Record<string, string>;
export type SentenceCode = keyof typeof SENTENCES;

/** Additive beside a sentence: which one it is; an error kind where it is the policy's. */
export interface Coded {
  code: string;
  params: Record<string, string>;
}

/** A paragraph of a text that is ours. */
export interface Note extends Coded {
  text: string;
}

/** The sentence of this code, its places filled. */
export function sentence(code: SentenceCode, params: Params = {}): string {
  return filled(SENTENCES[code], params);
}

/** Fixed sentences by their words, those with places as patterns. */
const FIXED = new Map<string, string>();
const PATTERNS: { code: string; pattern: RegExp }[] = [];
for (const [kind, { sentence: words }] of Object.entries(ERROR_POLICY).toReversed())
  FIXED.set(words, kind);
for (const [code, words] of Object.entries<string>(SENTENCES)) {
  if (words.includes('{')) PATTERNS.push({ code, pattern: patternOf(words) });
  else FIXED.set(words, code);
}

/** What stands before the largest files in a refusal for want of room. */
export const LARGEST = '\n大きいもの: ';

/** Which sentence of ours this is; null when somebody else wrote it. */
export function codeOf(text: string | null | undefined): Coded | null {
  if (!text) return null;
  const [words = '', largest] = text.split(LARGEST);
  const fixed = FIXED.get(words);
  if (fixed !== undefined) return { code: fixed, params: largest === undefined ? {} : { largest } };
  for (const { code, pattern } of PATTERNS) {
    const match = pattern.exec(text);
    if (match) return { code, params: { ...match.groups } };
  }
  return noteOf(text);
}

/** The same, to be spread beside the text; of one that is not ours, its paragraphs that are. */
export function coded(text: string | null | undefined): Partial<Coded> & { notes?: Note[] } {
  const whole = codeOf(text);
  if (whole || !text) return whole ?? {};
  const notes = text.split('\n\n').flatMap((paragraph) => {
    const said = noteOf(paragraph);
    return said ? [{ text: paragraph, ...said }] : [];
  });
  return notes.length > 0 ? { notes } : {};
}

/** The error kind whose sentence this is. */
export function kindOf(text: string | null | undefined): string | undefined {
  const code = codeOf(text)?.code;
  return isErrorKind(code) ? code : undefined;
}
