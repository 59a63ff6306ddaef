import { FEATURES } from '../edits/features.js';
import {
  COLOURS,
  ENGINES,
  PHRASES,
  GENRES,
  PLACES,
  ROLES,
  STYLES,
  TIMES,
  variantOf,
} from '../tables.js';
import { missingKind, missingRow } from './genres.js';
import { TITLES } from './title.js';
import type { Theme } from './types.js';
import { WORDS } from './vocabulary.js';

/** Words that ask for nothing of their own, particles, endings. */
const EMPTY = new RegExp(
  `^(?:(?:${PHRASES.fillers.join('|')})(?:[ぁ-ん]*|e?s|e?d|ing|ly)|[ぁ-んー]{1,3})$`,
  'i',
);
const SEGMENTER = new Intl.Segmenter('ja', { granularity: 'word' });

/** What the game has, and the kind that its answer names as missing. */
function patternsOf(theme: Theme): string[] {
  const { engine, genre, scenery, styleId, wish } = theme;
  const emojis = ROLES.map((role) => theme[role].emoji);
  const colours = Object.values(theme.palette);
  return [
    ENGINES[engine].meets,
    ENGINES[engine].parts,
    variantOf(engine, wish)?.words ?? '',
    missingRow(wish)?.[0] ?? '',
    ...(missingKind(theme) === null ? [] : Object.keys(GENRES[genre].words)),
    PLACES[scenery].pattern ?? '',
    Object.entries(STYLES).find(([id]) => id === styleId)?.[1].pattern ?? '',
    ...WORDS.filter(({ figure }) => emojis.includes(figure.emoji)).map(
      ({ pattern }) => pattern.source,
    ),
    ...COLOURS.filter(([, hex]) => colours.includes(hex)).map(([pattern]) => pattern),
    ...TIMES.map(([pattern]) => pattern),
    ...FEATURES.map(({ pattern }) => pattern.source),
    PHRASES.anywhere,
    PHRASES.knownGames,
    TITLES,
  ].filter((pattern) => pattern !== '');
}

/** The parts of a wish that its game does not have, in the player's words. */
export function unmetParts(theme: Theme): string[] {
  const text = theme.wish;
  const met = new Set<number>();
  for (const pattern of patternsOf(theme))
    for (const { 0: found, index } of text.matchAll(new RegExp(pattern, 'gi')))
      for (let at = index; at < index + found.length; at += 1) met.add(at);
  const parts: { from: number; to: number }[] = [];
  let isOpen = false;
  for (const { segment, index, isWordLike } of SEGMENTER.segment(text)) {
    const isMet = [...segment].some((_, at) => met.has(index + at));
    if (isMet || /[、。,.!?\n]/.test(segment)) isOpen = false;
    if (isMet || isWordLike !== true || EMPTY.test(segment)) continue;
    const to = index + segment.length;
    const last = parts.at(-1);
    if (last && isOpen) last.to = to;
    else parts.push({ from: index, to });
    isOpen = true;
  }
  return parts.map(({ from, to }) => text.slice(from, to));
}
