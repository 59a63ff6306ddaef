import path from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../src/config.js';
import { addLine, linesOf, readLines } from './lines.js';
import { CHECKS } from './plays.js';
import { INTENTS } from './wishes.js';

const Seen = z.object(
  Object.fromEntries(CHECKS.map((check) => [check, z.boolean().nullable()])) as Record<
    (typeof CHECKS)[number],
    z.ZodNullable<z.ZodBoolean>
  >,
);
const Verdict = z.enum(['plays', 'broken', 'unplayed']);

/** What one message came to. Null wherever there is nothing to be told. */
export const Step = z.object({
  text: z.string(),
  wanted: z.enum(INTENTS),
  /** What the product took the message for; null = the job ended before that is known. */
  did: z.enum(INTENTS).nullable(),
  /** The kind of its failure. */
  failure: z.string().nullable(),
  seconds: z.number(),
  usd: z.number(),
  game: z
    .object({
      /** Rounds of repair. */
      repairs: z.number().int(),
      /** What the first play said of the first candidate, and the last one of what was chosen. */
      first: Verdict,
      last: Verdict,
      /** Hard ones of the first play. */
      findings: z.array(z.string()),
      /** Those of them that a play with another seed does not find; null = not played again. */
      falseAlarms: z.array(z.string()).nullable(),
      seen: Seen.nullable(),
      /** Processor time of a frame, in the last play; null = not measured. */
      frameCpuMs: z.number().nullable().default(null),
      /** Those checks of the wish that a play can decide. */
      checks: z.record(z.string(), z.boolean().nullable()),
      judged: z.object({ met: z.number(), unmet: z.number(), undecided: z.number() }).nullable(),
    })
    .nullable(),
  wish: z
    .object({
      genre: z.object({ wanted: z.array(z.string()), made: z.string().nullable() }),
      /** The player is told that it is not quite what was wished for. */
      isNearestTold: z.boolean(),
      /** From the colours of the style, or else of its brief. */
      styleDistance: z.number().nullable(),
      isStyleGiven: z.boolean(),
      /** Its title is in the player's language, or in none. */
      isTitleRead: z.boolean(),
      /** The known game is not named in what was made, and the player was told so. */
      isOwnGame: z.boolean().nullable(),
      /** The player's image is in the game. */
      hasOwnImage: z.boolean().nullable(),
    })
    .nullable(),
  edit: z
    .object({
      share: z.number(),
      isChanged: z.boolean(),
      isKept: z.boolean(),
      isWithin: z.boolean().nullable(),
    })
    .nullable(),
  /** Of a recording: it came out as it was recorded. */
  isSame: z.boolean().optional(),
});
export type Step = z.infer<typeof Step>;

/** One wish, chain or recording: all that was said of it. */
const Result = z.object({
  item: z.string(),
  kind: z.enum(['wish', 'likeness', 'image', 'chain', 'recorded']),
  language: z.string(),
  at: z.string(),
  commit: z.string(),
  model: z.string(),
  steps: z.array(Step),
});
export type Result = z.infer<typeof Result>;

/** Where the results of a name lie. Throws for one that is no name of a file. */
export function resultsFile(name: string, folder: 'eval' | 'eval-player' = 'eval'): string {
  if (!/^[\w.-]{1,80}$/.test(name) || name.startsWith('.'))
    throw new Error(`"${name}" is no name: letters, digits, dots and hyphens`);
  return path.join(PROJECT_ROOT, 'test-results', folder, `${name}.jsonl`);
}

/** What stands in a file of results; of an item that was done twice the last. */
export const parseResults = (text: string): Result[] => resultsOf(linesOf(text));

/** Nothing where there is no file yet. */
export const readResults = (file: string): Result[] => resultsOf(readLines(file));

function resultsOf(lines: readonly unknown[]): Result[] {
  const results = lines.map((line) => Result.parse(line));
  return [...new Map(results.map((result) => [result.item, result])).values()];
}

/** Adds the line of an item. */
export const addResult = (file: string, result: Result): void => addLine(file, result);

/** What has been spent on them. */
export function spentOn(results: readonly Result[]): number {
  return results.reduce((sum, { steps }) => sum + steps.reduce((of, { usd }) => of + usd, 0), 0);
}
