import type { SelectedStyle, PendingQuestion } from '../../contracts/wire/frames.js';
import type { Genre } from '../../contracts/game/brief.js';
import type { Look } from '../../contracts/game/look.js';
import type { Dimension } from '../../contracts/base/ids.js';
import { splitAttached } from '../assets/attached-images.js';
import { genreNamed, UNNAMED_GENRE } from '../design/playbooks.js';
import { sketchGenre, sketchName } from '../design/sketches.js';
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
  /** Of a first game, where nothing is asked. */
  genre?: Genre | undefined;
  language: Language;
}

export interface PlanInput {
  content: string;
  isNewProject: boolean;
  selectedStyle: SelectedStyle | null;
  autoFix: boolean;
  /** Nothing is asked: what the message leaves open is chosen. */
  skipStyleSelection: boolean;
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
      /** What is news to a player who was not asked; null = nothing of it is. */
      look: Omit<Look, 'styles'> | null;
    };

/** V2's literals (generation.md §4, §5): clients know the buttons by their words. */
const RESTORE_BUTTONS = { confirmLabel: '戻す', cancelLabel: 'キャンセル' } as const;
const DIMENSION_ANSWERS = ['2Dで作成', '3Dで作成'];
const QUESTIONS = {
  ja: { restore: '前のバージョンに戻しますか？', dimension: '2Dと3D、どちらのゲームにしますか？' },
  en: {
    restore: 'Shall I go back to the previous version?',
    dimension: 'Shall the game be 2D or 3D?',
  },
} satisfies Record<Language, { restore: string; dimension: string }>;

/** An answer to the dimension question and nothing more. */
const BARE_ANSWER =
  /^(?:[2２3３]d(?:で)?(?:作成|作って|お願いします|がいい|にして)?|(?:make it |in )?[23]d(?: please)?)[。.!！]?$/i;

const isBareAnswer = (content: string): boolean => BARE_ANSWER.test(content.trim());

type OpenQuestion = Extract<PendingQuestion, { type: 'dimension' | 'style' | 'look' }>;

/** The question about dimension or style that is open; null = none is. */
function openQuestion(pending: PendingQuestion | null): OpenQuestion | null {
  return pending === null || pending.type === 'restore' ? null : pending;
}

/** What was chosen is a question only while there is no game: another choice repeats the wish. */
function questionOf({ pending, isNewProject, content, selectedStyle }: PlanInput) {
  const asked = openQuestion(pending);
  if (asked?.type !== 'look') return asked;
  const isAnswered = selectedStyle !== null || isBareAnswer(content);
  return isNewProject && isAnswered ? asked : null;
}

/**
 * The request a message stands for: an answer to the dimension question carries the request that
 * was asked about, explicitly and not by guessing from history (generation.md §4, §20 #10).
 */
export function effectiveRequest(content: string, pending: PendingQuestion | null): string {
  const { type, request: asked } = openQuestion(pending) ?? {};
  const dimension = mentionedDimension(content);
  if (!asked || !(dimension || type === 'look')) return content;
  if (!isBareAnswer(content)) return `${asked}\n${content}`;
  const label = dimension === '3d' ? '3D' : '2D';
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
function knownIntent(input: PlanInput): Intent | null {
  const { autoFix, selectedStyle, content } = input;
  const isAnswer = questionOf(input) !== null && isBareAnswer(content);
  return autoFix || selectedStyle !== null || isAnswer ? 'edit' : null;
}

function intentOf(input: PlanInput): Intent {
  const { content, isNewProject, reading } = input;
  const intent = knownIntent(input) ?? reading?.intent ?? detectIntent(content, isNewProject);
  // Without a game there is nothing to go back to.
  return intent === 'restore' && isNewProject ? 'edit' : intent;
}

/**
 * What was picked or is named; without a question the model's choice counts for a first game
 * whatever its words, else 2D.
 */
function dimensionOf(input: PlanInput, request: string): Dimension | null {
  const { isNewProject, selectedStyle, autoFix, reading, skipStyleSelection } = input;
  const isChosen = isNewProject && skipStyleSelection && !autoFix;
  const read = isChosen || DIMENSION_WORDS.test(request) ? (reading?.dimension ?? null) : null;
  const named = selectedStyle?.dimension ?? mentionedDimension(request) ?? read;
  return named ?? (isChosen ? '2d' : null);
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

/** Decides what a message becomes: answer, question, undo proposal or generation. Pure. */
export function decidePlan(input: PlanInput): PlanDecision {
  const intent = intentOf(input);
  const language = planLanguage(input);
  const { restore, dimension: whichDimension } = QUESTIONS[language];
  if (intent === 'restore')
    return { kind: 'restoreProposal', message: restore, ...RESTORE_BUTTONS };
  if (intent === 'chat') return { kind: 'chat' };
  const { content, isNewProject, autoFix } = input;
  const request = effectiveRequest(content, questionOf(input));
  const dimension = dimensionOf(input, request);
  if (isNewProject && !dimension && !autoFix)
    return { kind: 'question', message: whichDimension, suggestions: DIMENSION_ANSWERS, request };
  const style = styleOf(input, request, dimension);
  const look = dimension && lookOf(input, { request, dimension, style });
  return { kind: 'generate', request, meaning: meaningOf(input), dimension, style, look };
}

/** What the player is shown of the choice, with the sketch of a first game. */
function lookOf(
  input: PlanInput,
  {
    request,
    dimension,
    style,
  }: { request: string; dimension: Dimension; style: StylePreset | null },
): Omit<Look, 'styles'> | null {
  const { isNewProject, skipStyleSelection, selectedStyle, content, reading, autoFix } = input;
  const isAboutLook = isNewProject || selectedStyle !== null || isBareAnswer(content);
  if (!skipStyleSelection || !isAboutLook) return null;
  const look = { dimension, styleId: style?.id ?? null };
  const isFirst = isNewProject && !autoFix;
  if (!isFirst) return look;
  const named = reading?.genre ?? genreNamed(request) ?? UNNAMED_GENRE;
  const genre = sketchGenre(request, named);
  return { ...look, sketch: sketchName({ genre, dimension, language: planLanguage(input) }) };
}
