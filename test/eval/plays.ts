import type { PlayReport } from '../../src/contracts/game/play.js';

/**
 * What a play can decide of a game: it answers to touch, its score moves, it comes to an end, it
 * can be begun again after that, a player who only looks is not dead at once.
 */
export const CHECKS = ['reacts', 'scores', 'ends', 'restarts', 'lasts'] as const;
export type Check = (typeof CHECKS)[number];

/** Null = the play could not tell. */
export type Seen = Readonly<Record<Check, boolean | null>>;

const END = /^end: over after \d+ ms; (.+)$/;
const SCORE = /\["score","(-?[\d.]+)/;

/** What a play has seen, by its report and what the game told of its state meanwhile. */
export function seenIn(report: PlayReport, states: readonly string[]): Seen | null {
  if (report.verdict === 'unplayed') return null;
  const codes = new Set([...report.findings, ...report.notes].map(({ code }) => code));
  const isStill = (['freeze', 'memory', 'disk', 'blank'] as const).some((code) => codes.has(code));
  const end = END.exec(states.at(-1) ?? '')?.[1];
  const scores = states.flatMap((line) => SCORE.exec(line)?.[1] ?? []);
  return {
    reacts: isStill || codes.has('deaf') || codes.has('keys-only') ? false : isTold(codes),
    scores: scores.length === 0 ? null : new Set(scores).size > 1,
    // A game that goes on for longer than it is played may still end.
    ends: end !== undefined ? true : isStill ? false : null,
    restarts: end === undefined || end.startsWith('it was not') ? null : !codes.has('dead-end'),
    lasts: isStill ? null : !codes.has('instant-death'),
  };
}

/** A game that does something else each time by itself shows no answer to a touch. */
const isTold = (codes: ReadonlySet<string>): true | null => (codes.has('unsteady') ? null : true);
