import { keysOf, matches, PHRASES, ROLES, TARGETS, type Role } from '../tables.js';
import { WORDS } from '../theme/vocabulary.js';
import type { GameSource } from './source.js';

/** What a wish is about. */
export type Target = keyof typeof TARGETS;

/** One wish of a request: "敵を青に" → about the enemy, "青に". */
export interface Wish {
  /** The wish in the user's own words. */
  words: string;
  targets: Target[];
  /** What stands after the target ("青に"); the whole wish when it names none. */
  tail: string;
}

/** Words between two wishes. A te-form ends a wish too, unless it only carries a polite ending. */
const BREAKS = new RegExp(PHRASES.breaks, 'i');

function byName(source: GameSource): readonly (readonly [Role, string])[] {
  const pairs = ROLES.map((role) => [role, source.text(`${role}Name`)] as const);
  return pairs.filter(
    (pair): pair is readonly [Role, string] => pair[1] !== null && pair[1].length > 0,
  );
}

/** Whether the words speak of a figure: a name of letters stands alone there, or in the plural. */
const isCalled = (words: string, name: string): boolean =>
  /^[a-z ]+$/i.test(name)
    ? new RegExp(`\\b${name}(?:e?s)?\\b`, 'i').test(words)
    : words.includes(name);

const BALL = /玉(?=[をはがのも])|ボール|\bballs?\b/i;
/** Figures that are called so, or are drawn as one. */
const IS_BALL = /ボール|玉|\bball|[🔵⚽🏀⚾🎾🏐🏈🎱🥎]/iu;
/** A game whose shots are the ball: a wall is broken with it. */
export const shootsBalls = ({ content }: GameSource) => /^\s*shotSpeed: .*玉/m.test(content);

/**
 * The role that a word plays in this game: by its name in the file, or by another word for the same
 * figure.
 */
function targetsIn(words: string, source: GameSource): Target[] {
  const found = keysOf(TARGETS).filter((target) => matches(TARGETS[target], words));
  const isBall = BALL.test(words);
  const figures = WORDS.filter(({ pattern }) => pattern.test(words)).map(({ figure }) => figure);
  for (const [role, name] of byName(source)) {
    const emoji = source.text(`${role}Emoji`);
    if (
      isCalled(words, name) ||
      (isBall && !shootsBalls(source) && IS_BALL.test(`${name}${emoji}`)) ||
      figures.some((figure) => figure.emoji === emoji || Object.values(figure.name).includes(name))
    )
      found.push(role);
  }
  if (isBall && (shootsBalls(source) || !ROLES.some((role) => found.includes(role))))
    found.push('shot');
  return [...new Set(found)];
}

/** "敵を" + "青に": what stands before the first particle is what the wish is about. */
function headAndTail(words: string): { head: string; tail: string } {
  const found =
    /^(.{1,24}?)(?:の(?:色|見た目|大きさ|サイズ|速さ|スピード|数|量|絵|出る数|出現率|名前))?(?:を|は|が|も)(.+)$/.exec(
      words,
    );
  return found
    ? { head: words.slice(0, words.length - (found[2]?.length ?? 0)), tail: found[2] ?? '' }
    : { head: words, tail: words };
}

function wishFrom(words: string, source: GameSource, before: Target[]): Wish {
  const { head, tail } = headAndTail(words);
  const inHead = targetsIn(head, source);
  if (inHead.length > 0) return { words, targets: inHead, tail };
  const anywhere = targetsIn(words, source);
  // "敵を青くして、もっと大きくして": a wish without a target is about the same thing as the wish before it.
  return { words, targets: anywhere.length > 0 ? anywhere : before, tail };
}

const QUOTED = /[「『"“][^」』"”\n]*[」』"”]/g;

/** Splits a request into its wishes. Quoted names are never split. */
export function wishesOf(request: string, source: GameSource): Wish[] {
  const quotes: string[] = [];
  const sealed = request
    .normalize('NFKC')
    .replace(QUOTED, (quote) => `\u0001${quotes.push(quote) - 1}\u0002`);
  const open = (text: string): string =>
    text.replace(/\u0001(\d+)\u0002/g, (_, index: string) => quotes[Number(index)] ?? '');
  const wishes: Wish[] = [];
  for (const part of sealed.split(BREAKS)) {
    const words = open(part).trim();
    if (words.length < 2) continue;
    wishes.push(wishFrom(words, source, wishes.at(-1)?.targets ?? []));
  }
  return wishes;
}
