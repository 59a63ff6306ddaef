import type { SelectedStyle, PendingQuestion } from '../../contracts/wire/frames.js';
import type { Dimension } from '../../contracts/base/ids.js';
import { splitAttached } from '../assets/attached-images.js';
import { detectIntent, type Intent } from '../intent/intent.js';
import type { Language } from '../../contracts/base/language.js';
import { languageOf } from '../text/language.js';
import { mentionedDimension } from '../styles/style-gate.js';
import { mentionedStyle } from '../styles/style-words.js';
import { findStyle, type StylePreset } from '../styles/styles.js';

/** What the small model makes of a message. */
export interface MessageReading {
  intent: Intent;
  /** The message as a request that is understood without the chat. */
  request: string;
  dimension: Dimension | null;
  styleId: string | null;
  language: Language;
}

export interface PlanInput {
  content: string;
  isNewProject: boolean;
  selectedStyle: SelectedStyle | null;
  autoFix: boolean;
  pending: PendingQuestion | null;
  /** Null = the keyword rules decide. */
  reading: MessageReading | null;
  /** The language of the player's earlier lines; null = there are none. */
  spokenBefore: Language | null;
}

export type PlanDecision =
  | { kind: 'restoreProposal'; message: string; confirmLabel: string; cancelLabel: string }
  | { kind: 'chat' }
  | { kind: 'question'; message: string; suggestions: string[]; request: string }
  | {
      kind: 'generate';
      request: string;
      /** The request with what it points to written out; null = it points to nothing. */
      meaning: string | null;
      dimension: Dimension | null;
      style: StylePreset | null;
    };

/** V2's literals (generation.md §4, §5): clients know the buttons by their words. */
const RESTORE_BUTTONS = { confirmLabel: '戻す', cancelLabel: 'キャンセル' } as const;
const DIMENSION_ANSWERS = ['2Dで作成', '3Dで作成'];
const QUESTIONS = {
  ja: {
    restore: '前のバージョンに戻しますか？',
    dimension: '2Dと3D、どちらのゲームにしますか？',
  },
  en: {
    restore: 'Shall I go back to the previous version?',
    dimension: 'Shall the game be 2D or 3D?',
  },
} satisfies Record<Language, { restore: string; dimension: string }>;

/** An answer to the dimension question and nothing more. */
const BARE_ANSWER =
  /^(?:[2２3３]d(?:で)?(?:作成|作って|お願いします|がいい|にして)?|(?:make it |in )?[23]d(?: please)?)[。.!！]?$/i;

function isBareAnswer(content: string): boolean {
  return BARE_ANSWER.test(content.trim());
}

/** The dimension or style question that is open; null = none is. */
function openQuestion(
  pending: PendingQuestion | null,
): Exclude<PendingQuestion, { type: 'restore' }> | null {
  return pending === null || pending.type === 'restore' ? null : pending;
}

/**
 * The request a message stands for: an answer to the dimension question carries the request that
 * was asked about, explicitly and not by guessing from history (generation.md §4, §20 #10).
 */
export function effectiveRequest(content: string, pending: PendingQuestion | null): string {
  const asked = openQuestion(pending)?.request;
  const dimension = mentionedDimension(content);
  if (!asked || !dimension) return content;
  const label = dimension === '3d' ? '3D' : '2D';
  if (!isBareAnswer(content)) return `${asked}\n${content}`;
  const { lines, words } = splitAttached(asked);
  return languageOf(asked) === 'en' ? `${asked} (${label})` : `${lines}${label}で${words}`;
}

/** The language to speak in: the message's own, else that of what was spoken of before. */
export function planLanguage({
  content,
  pending,
  reading,
  spokenBefore,
}: Pick<PlanInput, 'content' | 'pending' | 'reading' | 'spokenBefore'>): Language {
  const asked = openQuestion(pending)?.request ?? '';
  const own = isBareAnswer(content) ? null : (reading?.language ?? languageOf(content));
  return own ?? languageOf(asked) ?? languageOf(content) ?? spokenBefore ?? 'ja';
}

/** The model decides which dimension such words name; a text without them names none. */
const DIMENSION_WORDS = /立体|平面|次元|dimension|isometric|ボクセル|voxel|ドット絵|pixel/i;

/** An earlier question that the message answers, or an order that leaves nothing to read. */
function knownIntent({ autoFix, selectedStyle, pending, content }: PlanInput): Intent | null {
  const isAnswer = openQuestion(pending) !== null && isBareAnswer(content);
  return autoFix || selectedStyle !== null || isAnswer ? 'edit' : null;
}

function intentOf(input: PlanInput): Intent {
  const { content, isNewProject, reading } = input;
  const intent = knownIntent(input) ?? reading?.intent ?? detectIntent(content, isNewProject);
  // Without a game there is nothing to go back to.
  return intent === 'restore' && isNewProject ? 'edit' : intent;
}

/** The style that was picked, else, for a first game, the one that the words name. */
function styleOf(
  { selectedStyle, isNewProject, reading }: PlanInput,
  request: string,
  dimension: Dimension | null,
): StylePreset | null {
  if (dimension === null) return null;
  if (selectedStyle) return findStyle(dimension, selectedStyle.styleId);
  const named = mentionedStyle(request) ?? reading?.styleId ?? null;
  return named !== null && isNewProject ? findStyle(dimension, named) : null;
}

/** What a change means beyond its own words; a first game has no chat that it could point to. */
function meaningOf({ content, isNewProject, autoFix, reading }: PlanInput): string | null {
  const meaning = reading?.request.trim() ?? '';
  if (isNewProject || autoFix || meaning === '') return null;
  return meaning === content.trim() ? null : meaning;
}

/**
 * Decides what a message becomes: answer, question, undo proposal or generation. Pure.
 */
export function decidePlan(input: PlanInput): PlanDecision {
  const intent = intentOf(input);
  const language = planLanguage(input);
  const { restore, dimension: whichDimension } = QUESTIONS[language];
  if (intent === 'restore')
    return { kind: 'restoreProposal', message: restore, ...RESTORE_BUTTONS };
  if (intent === 'chat') return { kind: 'chat' };
  const { content, isNewProject, selectedStyle, autoFix, pending, reading } = input;
  const request = effectiveRequest(content, pending);
  const read = DIMENSION_WORDS.test(request) ? (reading?.dimension ?? null) : null;
  const dimension = selectedStyle?.dimension ?? mentionedDimension(request) ?? read;
  if (isNewProject && !dimension && !autoFix)
    return {
      kind: 'question',
      message: whichDimension,
      suggestions: DIMENSION_ANSWERS,
      request,
    };
  const style = styleOf(input, request, dimension);
  return { kind: 'generate', request, meaning: meaningOf(input), dimension, style };
}
