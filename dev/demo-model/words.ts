import type { Language } from '../../src/contracts/base/language.js';
import type { GameSource } from './edits/source.js';
import { both, filled, inEach, type Words } from './languages.js';
import { ENGINES, GENRES, keysOf, TEXTS, variantOf } from './tables.js';
import { kindOf, missingKind } from './theme/genres.js';
import type { Figure, Theme } from './theme/types.js';
import { unmetParts } from './theme/unmet.js';
import { firstWishes, suggestionLine } from './wishes.js';

/** Parts of a wish that one answer names. */
const MOST_NAMED = 3;
/** All that there is. */
const KINDS = inEach((language) =>
  keysOf(GENRES)
    .map((genre) => both(GENRES[genre].kind)[language])
    .join(both('、|, ')[language]),
);
const withArticle = (kind: string): string => `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;

/** Kind and rules of a game, and what of the request this model cannot make. */
function factsOfTheme(theme: Theme) {
  const { engine, title } = theme;
  const names = { player: theme.player.name, enemy: theme.enemy.name, item: theme.item.name };
  const { ja, en } = kindOf(engine);
  const kind: Words = { ja, en: withArticle(en) };
  const missing = missingKind(theme);
  const isUnknown = missing === 'unknown';
  const unmet = isUnknown ? [] : unmetParts(theme).slice(0, MOST_NAMED);
  const different = isUnknown ? TEXTS.unknownKind : TEXTS.missingKind;
  const parts = [
    ...(missing === null ? [] : [filled(different, { kind, missing, kinds: KINDS })]),
    ...(unmet.length === 0 ? [] : [filled(TEXTS.unmet, { what: quotes(unmet) })]),
  ];
  const honest = inEach((language) => parts.map((part) => part[language]).join(''));
  return {
    title,
    kind,
    honest,
    does: filled(variantOf(engine, theme.wish)?.does ?? ENGINES[engine].does, names),
  };
}

export function planText(theme: Theme, language = theme.language): string {
  const facts = factsOfTheme(theme);
  const { en } = kindOf(theme.engine);
  const kind = withArticle(`${theme.dimension === '2d' ? '2D ' : ''}${en}`);
  const dimension = theme.dimension.toUpperCase();
  return filled(TEXTS.plan, { ...facts, dimension, kind })[language];
}

/** The rules of the game in one sentence. */
export const oneLinePlan = (theme: Theme): string =>
  filled(TEXTS.oneLinePlan, factsOfTheme(theme))[theme.language];

export function createdText(theme: Theme, language = theme.language): string {
  const created = filled(TEXTS.created, factsOfTheme(theme))[language];
  return `${created}\n\n${suggestionLine(firstWishes(theme, language))}`;
}

/** specs/game.md: what the game is, kept beside it. The product knows the title by its label. */
export function specText(theme: Theme): string {
  const shown = ({ emoji, name }: Figure): string => `${emoji} ${name}`;
  const { dimension, engine, scenery, styleId } = theme;
  const facts = {
    ...factsOfTheme(theme),
    dimension,
    engine,
    scenery,
    styleId: styleId ?? '',
    asked: theme.wish.replace(/\s+/g, ' ').slice(0, 300),
    player: shown(theme.player),
    enemy: shown(theme.enemy),
    item: shown(theme.item),
  };
  return TEXTS.spec
    .filter((line) => styleId !== null || !line.includes('{styleId}'))
    .map((line) => filled(line, facts)[theme.language])
    .join('\n');
}

/** The request that a spec keeps. */
export const requestInSpec = (spec: string): string | undefined =>
  /(?:依頼|Request)\s*[:：]\s*(.+)/.exec(spec)?.[1];

/** Names in a finished game: enough to describe it and to make it again. */
export type GameFacts = Record<keyof typeof TEXTS.nameless, string>;

/** The name that the product gives in the prompt, out of its quotes. */
const NAME_LINE = /(?:^|\n)ゲーム(?:名)?\s*[:：]\s*「?(.+?)」?\s*(?:\n|$)/;

/** Reads the names from a page; without a title, the name in `prompt`. */
export function factsOf(source: GameSource, language: Language, prompt = ''): GameFacts {
  const named: Partial<Record<keyof GameFacts, string | null | undefined>> = {
    title:
      /<title>([^<]*)<\/title>/i.exec(source.content)?.[1]?.trim() ?? NAME_LINE.exec(prompt)?.[1],
    player: source.text('playerName'),
    enemy: source.text('enemyName'),
    item: source.text('itemName'),
  };
  const called = (key: keyof GameFacts): string =>
    named[key] ?? both(TEXTS.nameless[key])[language];
  return {
    title: called('title'),
    player: called('player'),
    enemy: called('enemy'),
    item: called('item'),
  };
}

/** The player's words, each in quotes. */
const quotes = (words: readonly string[]): Words => ({
  ja: `「${words.join('」「')}」`,
  en: `“${words.join('”, “')}”`,
});

export function editedText(
  changes: readonly Words[],
  unknown: readonly string[],
  suggestions: readonly string[],
  language: Language,
): string {
  const missed = unknown.length === 0 ? '' : filled(TEXTS.missed, { what: quotes(unknown) });
  const separator = both('。|. ');
  const done = inEach((each) => changes.map((change) => change[each]).join(separator[each]));
  const edited = filled(TEXTS.edited, { done, missed })[language];
  return `${edited}\n\n${suggestionLine(suggestions)}`;
}

export function notUnderstoodText(
  unknown: readonly string[],
  suggestions: readonly string[],
  language: Language,
): string {
  const what = unknown.length === 0 ? both('ご依頼|that') : quotes(unknown);
  const text = filled(TEXTS.notUnderstood, { what })[language];
  return `${text}\n\n${suggestionLine(suggestions)}`;
}

/** Summary of a repair of findings. */
export const mendedText = (count: number): Words =>
  filled(count === 0 ? TEXTS.mendedNothing : TEXTS.mended, {
    count,
    places: count === 1 ? 'one place' : `${count} places`,
  });
