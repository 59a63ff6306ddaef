import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../../src/config.js';
import { FactKind } from '../../../src/contracts/game/receipt.js';

const FOLDER = path.join(PROJECT_ROOT, 'test/games');

const Edits = z
  .array(z.strictObject({ find: z.string().min(1), replace: z.string() }))
  .min(1)
  .max(12);
export type Edits = z.infer<typeof Edits>;

/** What a careful tester says of a game with such a fault. */
const Fault = z.enum([
  'exception',
  'blank',
  'freeze',
  'deaf',
  'dead-end',
  'instant-death',
  'csp',
  'scrolls',
  'visual',
  'unreachable',
  'other',
]);
export type Fault = z.infer<typeof Fault>;

const Operator = z.string().regex(/^[a-z]+(-[a-z]+)*$/);

/** What is true of a game of `test/games`, and edits of it by what they do. */
const About = z.strictObject({
  wish: z.string().min(10),
  language: z.enum(['ja', 'en']),
  made: z.enum(['canvas', 'dom', 'three', 'p5', 'webgl']),
  declares: z.enum(['dataset', 'game', 'nothing']),
  /** Empty: it has no end. */
  ends: z.array(z.enum(['lost', 'won'])),
  scores: z.boolean(),
  note: z.string(),
  /** Faults that a careful tester finds. */
  promised: z
    .array(z.strictObject({ operator: Operator, finding: Fault, edits: Edits }))
    .min(1)
    .max(3),
  /** The game still runs, and has lost something. */
  breaks: z.array(z.strictObject({ operator: Operator, loses: FactKind, edits: Edits })).length(3),
  /** Nothing is lost. */
  cosmetic: z.array(z.strictObject({ operator: Operator, edits: Edits })).length(3),
  /** A change that was asked for, and one that was not. */
  doubles: z
    .array(
      z.strictObject({
        request: z.string().min(5),
        wished: Edits,
        break: Edits,
        wishedFact: FactKind,
        brokenFact: FactKind,
        brokenOperator: Operator,
      }),
    )
    .max(2),
});

export interface StrangersGame {
  readonly name: string;
  readonly html: string;
  readonly about: z.infer<typeof About>;
}

/** All of them, by name. Throws when one is not what it has to be. */
export async function strangersGames(): Promise<StrangersGame[]> {
  const entries = await readdir(FOLDER, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.toSorted().map(strangersGame));
}

async function strangersGame(name: string): Promise<StrangersGame> {
  const read = (file: string): Promise<string> => readFile(path.join(FOLDER, name, file), 'utf8');
  const [html, about] = await Promise.all([read('index.html'), read('about.json')]);
  return { name, html, about: About.parse(JSON.parse(about)) };
}

/** A page after these edits. Throws when one is not found exactly once. */
export function edited(html: string, edits: Edits): string {
  return edits.reduce((page, { find, replace }) => {
    const parts = page.split(find);
    if (parts.length !== 2) throw new Error(`found ${parts.length - 1} times: ${find}`);
    return parts.join(replace);
  }, html);
}

/** Faults of games that were made under our own prompts, by the operator that plants each. */
export const TOLD_FAULTS = [
  'dpr',
  'unreachable-win',
  'one-finger',
  'dead-after-hiding',
  'boss-late',
  'overlap',
  'half-empty',
  'broken-row-after-bigger',
  'sound-before-touch',
  'throws-on-first-kill',
] as const;

export const CLASSES = [
  'plain',
  'promised',
  'break',
  'cosmetic',
  'double',
  'half',
  'again',
] as const;
export type Class = (typeof CLASSES)[number];

/** Each edit of a double alone: what shows nothing by itself is beyond the tapes of its game. */
export const HALVES = ['wished', 'broken'] as const;

/** A page to play, and what is true of it. */
export interface Case {
  readonly kind: Class;
  readonly game: StrangersGame;
  readonly id: string;
  readonly html: string;
  readonly operator: string;
  /** Of a promised fault. */
  readonly fault: Fault | null;
  /** The fact that a break, alone or with a wished change, takes away. */
  readonly loses: FactKind | null;
  /** The fact that the wished change of a double is about. */
  readonly wished: FactKind | null;
  /** Number of its play: another one of the same page has to be equal. */
  readonly take: number;
}

/** A play of this number has to be equal though the machine does much else. */
export const LOADED_TAKE = 3;

/** The game as it is, then each of its edits, then twice more as it is. */
export function casesOf(game: StrangersGame): Case[] {
  const { promised, breaks, cosmetic, doubles } = game.about;
  const plain: Case = {
    ...{ kind: 'plain', game, id: `${game.name} plain`, html: game.html, operator: '' },
    ...{ fault: null, loses: null, wished: null, take: 1 },
  };
  const of = (kind: Class, operator: string, edits: Edits): Case => {
    const id = `${game.name} ${kind} ${operator}`;
    return { ...plain, kind, id, operator, html: edited(game.html, edits) };
  };
  return [
    plain,
    ...promised.map(({ operator, finding, edits }) => {
      return { ...of('promised', operator, edits), fault: finding };
    }),
    ...breaks.map(({ operator, loses, edits }) => ({ ...of('break', operator, edits), loses })),
    ...cosmetic.map(({ operator, edits }) => of('cosmetic', operator, edits)),
    ...doubles.flatMap((each): Case[] => {
      const { brokenOperator: operator, wished, break: broken } = each;
      const double = of('double', operator, [...wished, ...broken]);
      return [
        { ...double, loses: each.brokenFact, wished: each.wishedFact },
        ...HALVES.map((half) =>
          of('half', `${operator} ${half}`, half === 'wished' ? wished : broken),
        ),
      ];
    }),
    ...[2, LOADED_TAKE].map((take): Case => {
      return { ...plain, kind: 'again', id: `${game.name} again ${take}`, take };
    }),
  ];
}
