import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../src/config.js';
import { GENRES } from '../../src/contracts/game/brief.js';
import { Dimension } from '../../src/contracts/base/ids.js';
import { Language } from '../../src/contracts/base/language.js';
import { findStyle } from '../../src/domain/styles/styles.js';
import { CHANGES, KEEPS, SCOPES } from './edits.js';
import { CHECKS } from './plays.js';

/** What the product may do with a message. */
export const INTENTS = ['make', 'edit', 'chat', 'restore'] as const;
export type Intent = (typeof INTENTS)[number];

/** Kinds of games that are wished for; `other`: there is no playbook for it. */
export const WISHED_GENRES = [...GENRES, 'other'] as const;

const HERE = path.join(PROJECT_ROOT, 'test/eval');
const NONE = '-';
const optional = z.string().transform((text) => (text === NONE ? null : text));
const listOf = <T extends string>(values: readonly T[], between: string) =>
  z
    .string()
    .transform((text) => (text === NONE ? [] : text.split(between)))
    .pipe(z.array(z.enum(values)));

const Style = optional.transform((text, context) => {
  if (text === null) return null;
  const [dimension, styleId = ''] = text.split('/');
  const read = Dimension.safeParse(dimension);
  if (read.success && findStyle(read.data, styleId)) return { dimension: read.data, styleId };
  context.addIssue({ code: 'custom', message: `there is no style ${text}` });
  return z.NEVER;
});

/** One wish for a new game, in a line of wishes.tsv. */
const Wish = z.object({
  id: z.string().regex(/^[a-z]+-\d+$/),
  /** `likeness`: it names a known game; `image`: an image of the player's own comes along. */
  kind: z.enum(['wish', 'likeness', 'image']),
  language: Language,
  /** Any of these is right. */
  genre: listOf(WISHED_GENRES, '|').pipe(z.array(z.enum(WISHED_GENRES)).min(1)),
  detail: z.enum(['vague', 'precise']),
  /** `ask`: the words do not say, and the product chooses. */
  dimension: z.enum(['2d', '3d', 'ask']),
  /** The style that the player picks with it. */
  style: Style,
  checks: listOf(CHECKS, ' ').pipe(z.array(z.enum(CHECKS)).min(1).max(3)),
  /** Names of the known game, between bars; or what the image shows. */
  about: optional,
  text: z.string().min(1),
});
export type Wish = z.infer<typeof Wish>;

const Change = z.string().transform((text, context) => {
  const at = text.indexOf(':');
  const [kind, what] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  const known = z.enum(CHANGES).safeParse(kind);
  if (known.success) return { kind: known.data, what };
  context.addIssue({ code: 'custom', message: `no change is called ${kind}` });
  return z.NEVER;
});

/** One message of a chain, in a line of chains.tsv. */
const Turn = z.object({
  chain: z.string().regex(/^chain-\d\d$/),
  language: Language,
  intent: z.enum(INTENTS),
  /** How much of the page the change may touch. */
  scope: optional.pipe(z.enum(SCOPES).nullable()),
  changes: Change,
  keeps: listOf(KEEPS, ' '),
  text: z.string().min(1),
});
export type Turn = z.infer<typeof Turn>;

/** A first game, and four messages about it. */
export interface Chain {
  readonly id: string;
  readonly kind: 'chain';
  readonly language: Turn['language'];
  readonly turns: readonly Turn[];
}

export type Item = Wish | Chain;

/** The lines of a table as objects by the names in its first line. */
function readTable<T>(file: string, schema: z.ZodType<T>): T[] {
  const [head = '', ...lines] = readFileSync(path.join(HERE, file), 'utf8').trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line, at) => {
    const cells = line.split('\t');
    const read = schema.safeParse(Object.fromEntries(names.map((name, i) => [name, cells[i]])));
    if (cells.length === names.length && read.success) return read.data;
    throw new Error(`${file}:${at + 2}: ${read.error?.message ?? `${cells.length} cells`}`);
  });
}

/** In the order in which the keys first come. */
export function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values)
    groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}

/** Every wish and chain. Throws where a table is wrong. */
export function readItems(): Item[] {
  const wishes: Item[] = readTable('wishes.tsv', Wish);
  const turns = groupBy(readTable('chains.tsv', Turn), ({ chain }) => chain);
  const chains = [...turns].map(([id, of]): Chain => ({
    id,
    kind: 'chain',
    language: of[0]?.language ?? 'ja',
    turns: of,
  }));
  return [...wishes, ...chains];
}

/**
 * Those that are asked for: by kind or genre (`only`; none = all), and at most `count` of each
 * kind, spread over the table so that few of them are of many genres.
 */
export function chooseItems(
  items: readonly Item[],
  { only = [], count = Infinity }: { only?: readonly string[]; count?: number },
): Item[] {
  const wanted = items.filter(
    (item) =>
      only.length === 0 ||
      only.includes(item.kind) ||
      (item.kind === 'wish' && item.genre.slice(0, 1).some((genre) => only.includes(genre))),
  );
  return [...groupBy(wanted, ({ kind }) => kind).values()].flatMap((of) => {
    const many = Math.min(count, of.length);
    return Array.from({ length: many }, (_, at) => of[Math.floor((at * of.length) / many)]).filter(
      (item) => item !== undefined,
    );
  });
}
