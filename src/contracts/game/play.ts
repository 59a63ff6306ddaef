import { z } from 'zod';
import { GameAsset } from '../media/assets.js';
import { Judging, JudgingSummary, judgingSummary } from './judging.js';
import { Receipt } from './receipt.js';
import { TAPE_LIMITS, TapeInputs, TapeSet } from './tape.js';

/** What counts against a game when a second play with the same seed finds it again (J2). */
const HARD_FINDINGS = [
  'exception',
  'blank',
  'freeze',
  'memory',
  'disk',
  'deaf',
  'dead-end',
  'instant-death',
  'csp',
  'scrolls',
] as const;
/** Findings that are shown and decide nothing. */
const SOFT_FINDINGS = [
  'missing-file',
  'rejection',
  'exception-once',
  'keys-only',
  'unsteady',
  'unmet',
  'visual',
  'still-score',
  'small-text',
  'cut-text',
  'overlap',
  'half-empty',
  'small-targets',
  'other-screen',
  'turned',
  'slow-frames',
  'unwon',
  // A class of its own: the parent did it, and the request does not take it away (P4).
  'lost',
] as const;

/** `loading`: until the first frames; `untouched` and `touched`: in a run without or with input. */
export const PlayPhase = z.enum(['loading', 'untouched', 'touched']);
export type PlayPhase = z.infer<typeof PlayPhase>;

export const PlayFinding = z.object({
  code: z.enum([...HARD_FINDINGS, ...SOFT_FINDINGS]),
  when: PlayPhase,
  /** What is wrong, for the repair's prompt. */
  words: z.string(),
  /** What was seen, in the game's own words where it has some; may be empty. */
  evidence: z.string().max(400),
});
export type PlayFinding = z.infer<typeof PlayFinding>;
/** What ends a play before its time. */
export type StopCode = Extract<PlayFinding['code'], 'freeze' | 'memory' | 'disk'>;

/** The sha-256 of a screenshot. */
export const ScreenshotName = z.string().regex(/^[0-9a-f]{64}$/);

/** Where its owner sees a screenshot of a project. */
export const screenshotUrlOf = (projectId: string, name: string): string =>
  `/api/projects/${projectId}/screenshots/${name}`;

/** Most bytes of one: lists show thirty at a time. */
export const MAX_SCREENSHOT_BYTES = 30 * 1024;
/** Most bytes of the loop of a game, or of a change: one is shown at a time. */
export const MAX_LOOP_BYTES = 400 * 1024;

/**
 * `unplayed`: there is no result, because the page requests what a play cannot provide (J4), or the
 * player failed.
 */
const PlayVerdict = z.enum(['plays', 'broken', 'unplayed']);
export type PlayVerdict = z.infer<typeof PlayVerdict>;

/** What a play with touches saw besides faults, in the game's own time. */
export const PlaySeen = z.object({
  /** Was the game over at some time? */
  isOver: z.boolean(),
  /** Was it won? Absent: of an older player. */
  isWon: z.boolean().optional(),
  /** When that was, else until when it was watched. */
  afterMs: z.number(),
  /** Whether the declared score changed; null: it declares none. */
  scoreMoved: z.boolean().nullable(),
  /** Time of the processor for each frame of a 390-pixel screen; absent: not measured. */
  frameCpuMs: z.number().optional(),
});
export type PlaySeen = z.infer<typeof PlaySeen>;

/** What a version's row keeps of its play (J1). */
export const PlayReport = z.object({
  verdict: PlayVerdict,
  /** Hard ones; those of a `broken` game. */
  findings: z.array(PlayFinding),
  notes: z.array(PlayFinding),
  /** Why a game is `unplayed`; empty for any other. */
  reason: z.string(),
  /** Names the files that were played (P0); absent: of an older player, or it was not played. */
  gameTree: z.string().optional(),
  /** Comes from them. */
  seed: z.number().int(),
  /** Version of the player: findings are a function of it and the files (P0). */
  player: z.number().int(),
  /** Names what the game looked like among the screenshots of its project; absent: not seen. */
  screenshot: ScreenshotName.optional(),
  /** Absent: of an older player, or it was not played. */
  seen: PlaySeen.optional(),
  /** What became of the checks of its brief; absent: of an older worker, or the game is broken. */
  judging: Judging.optional(),
  /** What a change has changed (P4); absent: a first game, or nothing is known. */
  receipt: Receipt.optional().catch(undefined),
  /** Names a loop of before and after, as `screenshot` does; absent: nothing differs. */
  loopName: ScreenshotName.optional(),
});
export type PlayReport = z.infer<typeof PlayReport>;

/** The same for clients. */
export const PlaySummary = z.object({
  verdict: PlayVerdict,
  findings: z.array(z.string()),
  judging: JudgingSummary.optional(),
  /** Of a change: numbers of facts. */
  receipt: z.object({ lost: z.number(), changed: z.number(), same: z.number() }).optional(),
  /** Its loop, named among the screenshots of the project. */
  loop: ScreenshotName.optional(),
});
export type PlaySummary = z.infer<typeof PlaySummary>;

export function summaryOf(report: PlayReport): PlaySummary {
  const { verdict, findings, judging, receipt, loopName: loop } = report;
  return {
    verdict,
    findings: [...new Set(findings.map(({ code }) => code))],
    ...(judging === undefined ? {} : { judging: judgingSummary(judging) }),
    ...(receipt && { receipt: numbersOf(receipt) }),
    ...(loop === undefined ? {} : { loop }),
  };
}

const numbersOf = ({ lost, changed, same }: Receipt) => ({
  lost: lost.length,
  changed: changed.length,
  same: same.length,
});

/** States that a game declared while it was played, a line for each change. */
export const StateLog = z.array(z.string().max(400)).max(40);

/** Lives of one search. */
const Lives = z.number().int().min(0).max(300);

/** An image in base64; one that is none, or too large, is left out. */
function imageOf(maxBytes: number) {
  return z
    .base64()
    .max(Math.ceil(maxBytes / 3) * 4)
    .nullable()
    .catch(null);
}

/** A small screen of a game, PNG; it was left alone, touched, over, or left for long. */
const PlayMoment = z.object({
  doing: z.enum(['IDLE', 'PLAY', 'OVER', 'LATE']),
  png: z.base64(),
  /** Its hero was hit just before. */
  isHurt: z.boolean().optional().catch(undefined),
});

export const PlayResult = PlayReport.extend({
  /** What the game looked like, one PNG, base64; null when nothing was seen. */
  sheet: z.string().nullable(),
  /** The game in one small screenshot, WebP, base64; a list goes without what is none. */
  screen: imageOf(MAX_SCREENSHOT_BYTES),
  /** The square of it that a card shows, around what has moved. */
  card: imageOf(MAX_SCREENSHOT_BYTES),
  /** Before and after side by side, an animated WebP, base64; null: no change, or no difference. */
  loop: imageOf(MAX_LOOP_BYTES),
  /** What the next change of this version is held against; null: nothing is known. */
  tapes: TapeSet.nullable().catch(null),
  /** For a judge, who goes without what is none. */
  states: StateLog.catch([]),
  /** Screens that differ most, of a first part that has found nothing hard, not even once. */
  moments: z.array(PlayMoment).max(10).catch([]),
  /** Of a first part that was never won: code about a win that none of its lives ran. */
  idleWin: z.array(z.string().max(200)).max(4).optional().catch(undefined),
  tookMs: z.number(),
});
export type PlayResult = z.infer<typeof PlayResult>;

/** Playing one version. Nothing is written: the report is the result. */
export const PlayInput = z.object({
  command: z.literal('play'),
  callId: z.string(),
  /** The version's parcel; relative paths start at the current folder. */
  parcelFile: z.string(),
  /** What the game may load besides its own files and our libraries. */
  assets: z.array(GameAsset),
  /** Longest time of the wall, milliseconds: then it is `unplayed`. */
  wallMs: z.number().int().positive(),
  /** Lives of the search (P3); 0 = there is none. */
  lives: Lives.default(0),
  /** The version that is changed, and its tapes; null = they are not known (P4). */
  parent: z.object({ parcelFile: z.string(), tapes: TapeSet.nullable() }).optional(),
  /** The parent shows it to those who wait: it is given small images meanwhile. */
  isShown: z.boolean().optional(),
  /** Another play may go on from this one: its result has `moments`. */
  isFirstPart: z.boolean().optional(),
  /** What such a play has seen of the same files: the search is left (P6). */
  known: PlayResult.optional(),
});
export type PlayInput = z.output<typeof PlayInput>;

/** Searching one version longer than a play does (P3), for the changes that are still to come. */
export const SearchInput = PlayInput.pick({
  callId: true,
  parcelFile: true,
  assets: true,
  wallMs: true,
}).extend({
  command: z.literal('search'),
  lives: Lives,
  /** What is kept of the version; null = nothing that can be read. */
  tapes: TapeSet.nullable(),
  /** What its owner did in plays of his own: hostile input, replayed in the box alone. */
  owner: z.array(TapeInputs).max(TAPE_LIMITS.tapes),
});
export type SearchInput = z.output<typeof SearchInput>;

export const SearchResult = z.object({
  tapes: TapeSet,
  /** Three lively seconds of the best tape (animated WebP); a worker of before sends none. */
  loop: imageOf(MAX_LOOP_BYTES).default(null),
  /** The moment of them that matters, as in `PlayResult`. */
  screen: imageOf(MAX_SCREENSHOT_BYTES).default(null),
  card: imageOf(MAX_SCREENSHOT_BYTES).default(null),
  tookMs: z.number(),
});
export type SearchResult = z.infer<typeof SearchResult>;
