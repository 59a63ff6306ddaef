import { z } from 'zod';
import { Language } from '../base/language.js';
import { parsedJson, readable } from '../base/readable.js';

/** Where a version keeps what it was to become (E2); a file as any other. */
export const BRIEF_FILE = 'specs/brief.json';

/** Kinds of games that there is a playbook for. */
export const GENRES = [
  'action',
  'shooter',
  'runner',
  'catch',
  'puzzle',
  'board',
  'tap',
  'quiz',
  'rhythm',
  'maze',
  'idle',
  'rpg',
  'novel',
  'race',
  'defence',
] as const;
export type Genre = (typeof GENRES)[number];

/**
 * How a game ends: a round is lost, it is finished (won, or with a result), it never ends, or one
 * of two who play on one phone wins.
 */
export const ENDINGS = ['lost', 'finished', 'endless', 'two'] as const;
export type Ending = (typeof ENDINGS)[number];

const MAX_LINE_CHARS = 160;
const MAX_TITLE_CHARS = 40;
const MAX_SPRITES = 4;
const MAX_CHECKS = 6;

/** One line of words that rows can hold, whatever a model puts between them; cut at a word. */
const line = (maxChars: number) =>
  z
    .string()
    .transform((text) => text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
    .transform((text) => cutAtWord(text, maxChars))
    .pipe(z.string().min(1));
const Line = line(MAX_LINE_CHARS);

function cutAtWord(text: string, maxChars: number): string {
  const chars = [...text];
  if (chars.length <= maxChars) return text;
  const kept = chars.slice(0, maxChars - 1).join('');
  const end = chars[maxChars - 1] === ' ' ? kept.length : kept.lastIndexOf(' ');
  // A line without spaces, as in Japanese, is cut anywhere.
  return `${end > kept.length / 2 ? kept.slice(0, end) : kept}…`;
}

const Colour = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i)
  .transform((hex) => hex.toLowerCase());

/** By what is drawn in it. */
const Palette = z.object({
  background: Colour,
  surface: Colour,
  player: Colour,
  danger: Colour,
  reward: Colour,
  text: Colour,
});

/** Longer side of a sprite in a version, pixels. */
export const SPRITE_SIDE = 512;
/** Where a version keeps its sprites, beside its page. */
const SPRITE_FOLDER = 'images/';
export const spritePath = (name: string): string => `${SPRITE_FOLDER}${name}.webp`;

/** A figure that may be drawn as an image; `fallback`: how code draws it instead. */
const Sprite = z.object({
  name: z
    .string()
    .toLowerCase()
    .regex(/^[a-z][a-z0-9-]{0,23}$/),
  draws: Line,
  fallback: Line,
});

/** What a game is to become, decided before anything is written; by a small model or by rules. */
export const GameBrief = z.object({
  title: line(MAX_TITLE_CHARS),
  genre: z.enum(GENRES),
  pitch: Line,
  controls: Line,
  win: Line,
  /** Empty: it cannot be lost. */
  lose: Line.or(z.literal('')),
  feel: Line,
  /** Absent: of an older release. */
  ends: z.enum(ENDINGS).optional(),
  palette: Palette,
  sprites: z.array(Sprite).max(MAX_SPRITES),
  /** What a play of the game can decide. */
  checks: z.array(Line).min(1).max(MAX_CHECKS),
  /** Notice for the player when the wish names a known game; null = it names none. */
  likeness: Line.nullable().catch(null),
  language: Language,
  by: z.enum(['model', 'rules']),
});
export type GameBrief = z.infer<typeof GameBrief>;

/** A list in place of a sentence is one. */
const Sentence = z
  .preprocess((value) => (Array.isArray(value) ? value.join(', ') : value), Line)
  .optional()
  .catch(undefined);
const DesignedColour = Colour.optional().catch(undefined);

/**
 * What a small model has designed, as much of it as can be read: rules stand in for the rest. Of an
 * answer without a title, a pitch and checks nothing counts.
 */
export const DesignedBrief = z
  .object({
    title: line(MAX_TITLE_CHARS).optional().catch(undefined),
    genre: z.enum(GENRES).optional().catch(undefined),
    pitch: Sentence,
    controls: Sentence,
    win: Sentence,
    lose: Sentence,
    feel: Sentence,
    ends: z.enum(ENDINGS).optional().catch(undefined),
    palette: z
      .object({
        background: DesignedColour,
        surface: DesignedColour,
        player: DesignedColour,
        danger: DesignedColour,
        reward: DesignedColour,
        text: DesignedColour,
      })
      .catch({}),
    sprites: readable(Sprite, MAX_SPRITES),
    checks: readable(Line, MAX_CHECKS),
    likeness: Line.nullable().catch(null),
  })
  .refine(({ title, pitch, checks }) => title ?? pitch ?? checks[0], 'nothing is designed');
export type DesignedBrief = z.infer<typeof DesignedBrief>;

/** The brief in the text of a version's file; null = it holds none that can be read. */
export const readBrief = (text: string): GameBrief | null => parsedJson(GameBrief, text);
