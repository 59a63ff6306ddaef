import { GENRES, type GameBrief, type Genre } from '../../contracts/game/brief.js';
import { SKETCH_ROLES, type SketchWords } from '../../contracts/game/sketch.js';
import type { Dimension } from '../../contracts/base/ids.js';
import { Language } from '../../contracts/base/language.js';

/** What a sketch shows: a kind of game, in a dimension and a language. */
export interface SketchKind {
  readonly genre: Genre;
  readonly dimension: Dimension;
  readonly language: Language;
}

/** Kinds whose sketch has depth, too; that of any other is flat. */
const IN_3D: readonly Genre[] = ['action', 'shooter', 'runner', 'catch', 'puzzle', 'race'];

/** Every sketch that a build makes. */
export const SKETCHES: readonly SketchKind[] = GENRES.flatMap((genre) =>
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
