import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PlayFinding, PlaySeen, type PlayResult } from '../../../src/contracts/game/play.js';
import { Receipt } from '../../../src/contracts/game/receipt.js';
import type { TapeFacts, TapeSet } from '../../../src/contracts/game/tape.js';
import { gainOf } from '../../../src/domain/playing/progress.js';

/** What the tapes of a version have come to. */
const Reached = z.object({
  tapes: z.number(),
  isOver: z.boolean(),
  isWon: z.boolean(),
  isScored: z.boolean(),
  /** It was begun again after its end. */
  isAgain: z.boolean(),
  phases: z.array(z.string()),
  /** Values that changed, by their path. */
  moving: z.number(),
  /** Controls that it answers to. */
  answers: z.array(z.string()),
});
export type Reached = z.infer<typeof Reached>;

/** What a play of one case has found. */
export const Outcome = z.object({
  id: z.string(),
  /** Names what it is a function of. */
  key: z.string(),
  player: z.number(),
  verdict: z.enum(['plays', 'broken', 'unplayed']),
  reason: z.string(),
  findings: z.array(PlayFinding),
  notes: z.array(PlayFinding),
  seen: PlaySeen.optional(),
  receipt: Receipt.nullable(),
  reached: Reached,
  /** Names the tapes and the sheet: equal plays have equal ones. */
  tapes: z.string(),
  sheet: z.string(),
  seconds: z.number(),
});
export type Outcome = z.infer<typeof Outcome>;

export function outcomeOf(id: string, key: string, result: PlayResult): Outcome {
  const { player, verdict, reason, findings, notes, seen, receipt = null, tapes, sheet } = result;
  return {
    ...{ id, key, player, verdict, reason, findings, notes, receipt },
    ...(seen && { seen }),
    reached: reachedBy(tapes?.tapes.map(({ facts }) => facts) ?? [], tapes?.answers ?? {}),
    tapes: nameOf(JSON.stringify(tapes)),
    sheet: nameOf(sheet ?? ''),
    seconds: Math.round(result.tookMs / 1_000),
  };
}

const nameOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

export function reachedBy(all: readonly TapeFacts[], answered: TapeSet['answers']): Reached {
  const moving = all.flatMap(({ series }) =>
    Object.entries(series).flatMap(([path, steps]) => (steps.length > 1 ? [path] : [])),
  );
  return {
    tapes: all.length,
    isOver: all.some(({ isOver }) => isOver),
    isWon: all.some(({ isWon }) => isWon),
    isScored: all.some((facts) => gainOf(facts) > 0),
    isAgain: all.some(isAgain),
    phases: [...new Set(all.flatMap(({ phases }) => phases.map(([, phase]) => phase)))],
    moving: new Set(moving).size,
    answers: Object.entries(answered).flatMap(([what, answers]) => (answers ? [what] : [])),
  };
}

/** A phase came twice, with another one between. */
function isAgain({ phases }: TapeFacts): boolean {
  const names = phases.map(([, phase]) => phase);
  return names.some((name, at) => names.indexOf(name) < at - 1);
}

/** All that two plays of the same files have to agree in; processor time is none of it. */
export function agreedIn(outcome: Outcome): Record<string, string> {
  const { verdict, reason, findings, notes, seen, tapes, sheet } = outcome;
  const { frameCpuMs: _, ...facts } = seen ?? { isOver: false };
  return {
    verdict: `${verdict} ${reason}`,
    findings: JSON.stringify(findings),
    notes: JSON.stringify(notes.filter(({ code }) => code !== 'slow-frames')),
    seen: JSON.stringify(facts),
    tapes,
    sheet,
  };
}
