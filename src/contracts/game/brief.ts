import { z } from 'zod';
import { Language } from '../base/language.js';

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

const MAX_LINE_CHARS = 160;
const MAX_TITLE_CHARS = 40;

/** One line of words that rows can hold, whatever a model puts between them. */
const line = (maxChars: number) =>
  z
    .string()
    .transform((text) => text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
    .pipe(z.string().min(1).max(maxChars));
const Line = line(MAX_LINE_CHARS);
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
export const SPRITE_FOLDER = 'images/';
export const spritePath = (name: string): string => `${SPRITE_FOLDER}${name}.webp`;

/** A figure that may be drawn as an image; `fallback`: how code draws it instead. */
const Sprite = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,23}$/),
  draws: Line,
  fallback: Line,
});

/** What a small model may design. */
export const DesignedBrief = z.object({
  title: line(MAX_TITLE_CHARS),
  genre: z.enum(GENRES),
  pitch: Line,
  controls: Line,
  win: Line,
  lose: Line,
  feel: Line,
  palette: Palette,
  sprites: z.array(Sprite).max(4),
  /** What a play of the game can decide. */
  checks: z.array(Line).min(3).max(6),
  /** Notice for the player when the wish names a known game; null = it names none. */
  likeness: Line.nullable().catch(null),
});
export type DesignedBrief = z.infer<typeof DesignedBrief>;

/** What a game is to become, decided before anything is written; by a small model or by rules. */
export const GameBrief = DesignedBrief.extend({
  language: Language,
  by: z.enum(['model', 'rules']),
});
export type GameBrief = z.infer<typeof GameBrief>;

/** The brief in the text of a version's file; null = it holds none that can be read. */
export function readBrief(text: string): GameBrief | null {
  try {
    return GameBrief.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
