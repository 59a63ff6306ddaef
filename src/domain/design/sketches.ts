import { GENRES, type GameBrief, type Genre } from '../../contracts/game/brief.js';
import { SKETCH_ROLES, type SketchWords } from '../../contracts/game/sketch.js';
import type { Dimension } from '../../contracts/base/ids.js';
import { Language } from '../../contracts/base/language.js';

interface Nearer {
  readonly within: readonly Genre[];
  readonly words: RegExp;
}

/** Kinds that are played in a way of their own: by these words, within these genres. */
const NEARER = {
  breakout: {
    within: ['action', 'puzzle'],
    words:
      /(?:ブロック|レンガ|壁)を?(?:崩|くず|壊|こわ)|breakout|\bbricks?\b|break\w* (?:blocks|walls)/i,
  },
  fishing: {
    within: ['action', 'catch', 'tap'],
    words: /釣(?!り橋)|(?<![まお])つり(?!革|橋)|フィッシング|\bfishing\b|\bangler/i,
  },
  bubbles: {
    within: ['action', 'puzzle', 'shooter'],
    words: /バブル|泡|シャボン玉?を(?:ねら|狙|打|撃)|\bbubbles?\b/i,
  },
  cards: {
    within: ['action', 'board', 'puzzle'],
    words: /神経衰弱|カードめくり|トランプ|\bmemory (?:card|game|match)|matching (?:cards|pairs)/i,
  },
  duel: {
    within: ['action'],
    words: /ホッケー|対戦(?!相手)|[2二]人|ふたり|hockey|\bpong\b|\b(?:two|2)[- ]players?\b|versus/i,
  },
} satisfies Record<string, Nearer>;
type SketchGenre = Genre | keyof typeof NEARER;

/** What a sketch shows: a kind of game, in a dimension and a language. */
export interface SketchKind {
  readonly genre: SketchGenre;
  readonly dimension: Dimension;
  readonly language: Language;
}

const NEARER_KINDS = Object.keys(NEARER) as (keyof typeof NEARER)[];

/** The kind of sketch that is nearest to a wish for a game of this genre. */
export function sketchGenre(request: string, genre: Genre): SketchGenre {
  const text = request.normalize('NFKC');
  const isNearer = ({ within, words }: Nearer) => within.includes(genre) && words.test(text);
  return NEARER_KINDS.find((kind) => isNearer(NEARER[kind])) ?? genre;
}

/** Kinds whose sketch has depth, too; that of any other is flat. */
const IN_3D: readonly SketchGenre[] = ['action', 'shooter', 'runner', 'catch', 'puzzle', 'race'];

/** Every sketch that a build makes. */
export const SKETCHES: readonly SketchKind[] = [...GENRES, ...NEARER_KINDS].flatMap((genre) =>
  Language.options.flatMap((language): SketchKind[] => [
    { genre, dimension: '2d', language },
    ...(IN_3D.includes(genre) ? [{ genre, dimension: '3d', language } as const] : []),
  ]),
);

/** The name of the sketch that is nearest to a kind: `/sketch/<name>` leads to it. */
export function sketchName({ genre, dimension, language }: SketchKind): string {
  const depth = dimension === '3d' && IN_3D.includes(genre) ? '-3d' : '';
  return `${genre}${depth}-${language}`;
}

/** One emoji with all that is joined to it. */
const EMOJI = /\p{Extended_Pictographic}(?:\uFE0F|\p{EMod}|\u200D\p{Extended_Pictographic})*/u;

/**
 * What a sketch takes over from the brief of its game. A figure that is named after no role takes
 * the first free one.
 */
export function sketchWords({ title, pitch, palette, sprites }: GameBrief): SketchWords {
  const drawn = sprites.flatMap(({ name, fallback }) => {
    const [emoji] = EMOJI.exec(fallback) ?? [];
    return emoji === undefined ? [] : [{ name, emoji }];
  });
  const others = drawn.filter(({ name }) => !SKETCH_ROLES.some((role) => role === name));
  const figures = SKETCH_ROLES.flatMap((role) => {
    const figure = drawn.find(({ name }) => name === role) ?? others.shift();
    return figure ? [[role, figure.emoji]] : [];
  });
  return { title, pitch, palette, figures: Object.fromEntries(figures) as SketchWords['figures'] };
}
