import type { PlayFinding, PlayReport } from '../contracts/play.js';
import { isSameFinding, playOfRound } from './playing.js';

/** So many rounds after the first one may mend what plays find (J2). */
const MAX_REPAIRS = 2;

/** One round of a job: the candidate that came of it, and what its play says. */
export interface PlayedRound {
  /** 0 made the game. */
  readonly round: number;
  readonly revision: string;
  readonly report: PlayReport;
  /** What this round was to mend; none in round 0. */
  readonly told: readonly PlayFinding[];
}

/** All rounds of a job so far, in their order. */
export type PlayedRounds = [PlayedRound, ...PlayedRound[]];

/** What the next round starts from, and what it is told. */
interface Repair {
  readonly round: number;
  readonly from: string;
  readonly findings: PlayFinding[];
  /** The play that has found them. */
  readonly play: number;
}

/**
 * The round whose candidate is handed over (J3): the one with the fewest hard findings, of several
 * the earliest. One that nobody could play comes after all that were played.
 */
export function bestRound(rounds: PlayedRounds): PlayedRound {
  return rounds.reduce((best, each) => (faultsIn(each) < faultsIn(best) ? each : best));
}

/**
 * The next round of repairs (J2); null when there is nothing to mend, or nothing left to try. It
 * starts from a candidate with the fewest findings, the earliest one that has a finding which no
 * round was told yet: the same finding never leads to a round twice.
 */
export function nextRepair(rounds: PlayedRounds): Repair | null {
  const fewest = faultsIn(bestRound(rounds));
  if (fewest === 0 || fewest === Infinity || rounds.length > MAX_REPAIRS) return null;
  const told = rounds.flatMap((each) => each.told);
  const isNew = (finding: PlayFinding): boolean =>
    !told.some((other) => isSameFinding(finding, other));
  const from = rounds.find((each) => faultsIn(each) === fewest && each.report.findings.some(isNew));
  if (from === undefined) return null;
  const { revision, report, round } = from;
  return {
    ...{ round: rounds.length, from: revision },
    ...{ findings: report.findings, play: playOfRound(round) },
  };
}

/** What was found on the way to this round and is there no more. */
export function mendedBy(rounds: PlayedRounds, round: number): PlayFinding[] {
  const left = rounds.find((each) => each.round === round)?.report.findings ?? [];
  return rounds
    .filter((each) => each.round <= round)
    .flatMap(({ told }) => told)
    .filter((finding) => !left.some((other) => isSameFinding(finding, other)));
}

function faultsIn({ report }: PlayedRound): number {
  return report.verdict === 'unplayed' ? Infinity : report.findings.length;
}
