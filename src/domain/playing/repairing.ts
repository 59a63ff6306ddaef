import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
import { isLostNow, lossesOf, unaskedLosses } from './change-facts.js';
import { checksMet, isMetNow, unmetChecks } from './judging.js';
import { isSameFinding, playOfRound } from './playing.js';
import { looksRightNow, severeFaults } from './visual-faults.js';

/** Repair rounds per job (J2). */
const MAX_REPAIRS = 2;

/** One round of a job: its candidate, and the report of its play. */
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

/** Start and prompt of the next round. */
interface Repair {
  readonly round: number;
  readonly from: string;
  readonly findings: PlayFinding[];
  /** What was noted beside them. */
  readonly notes: PlayFinding[];
  /** The play that has found them. */
  readonly play: number;
}

/**
 * The round whose candidate is handed over (J3): the one with the fewest hard findings, of several
 * the one that keeps most checks, then the one that has lost least, then the one with the fewest
 * severe faults of its looks, then the earliest. One that could not be played comes after all that
 * were played.
 */
export function bestRound(rounds: PlayedRounds): PlayedRound {
  return rounds.reduce((best, each) => (isBetter(each, best) ? each : best));
}

function isBetter(one: PlayedRound, other: PlayedRound): boolean {
  const [ranks, others] = [ranksOf(one), ranksOf(other)];
  const at = ranks.findIndex((rank, index) => rank !== others[index]);
  return at !== -1 && (ranks[at] ?? 0) < (others[at] ?? 0);
}

/** Less is better, the first one that differs decides. */
function ranksOf(played: PlayedRound): number[] {
  const { report } = played;
  const looks = severeFaults(report).length;
  return [faultsIn(played), -checksMet(report), lossesOf(report), looks];
}

/** The next round of repairs (J2); null when there is nothing to repair, or nothing left to try. */
export function nextRepair(rounds: PlayedRounds, isFirst: boolean): Repair | null {
  const fewest = faultsIn(bestRound(rounds));
  if (fewest === Infinity || rounds.length > MAX_REPAIRS) return null;
  if (fewest > 0) return repairOfFindings(rounds, fewest);
  return repairOfJudged(rounds, isFirst);
}

/**
 * Starts from a candidate with the fewest findings, the earliest one with a finding that no round
 * has had yet: the same finding never leads to a round twice.
 */
function repairOfFindings(rounds: PlayedRounds, fewest: number): Repair | null {
  const told = rounds.flatMap((each) => each.told);
  const isNew = (finding: PlayFinding): boolean =>
    !told.some((other) => isSameFinding(finding, other));
  const from = rounds.find((each) => faultsIn(each) === fewest && each.report.findings.some(isNew));
  return from === undefined ? null : repairOf(rounds, from, from.report.findings);
}

/**
 * What a judge has seen in the best game that plays: checks, lost facts (P4) and looks (P5) may use
 * one round of a job each. Unmet checks of a change are shown and start none: the player can refine
 * the request.
 */
function repairOfJudged(rounds: PlayedRounds, isFirst: boolean): Repair | null {
  const told = new Set(rounds.flatMap((each) => each.told.map(({ code }) => code)));
  const best = bestRound(rounds);
  const { report } = best;
  const judged = [
    ...(isFirst ? unmetChecks(report) : []),
    ...unaskedLosses(report),
    ...severeFaults(report),
  ];
  const found = judged.filter(({ code }) => !told.has(code));
  return found.length === 0 ? null : repairOf(rounds, best, found);
}

function repairOf(
  rounds: PlayedRounds,
  { revision, round, report }: PlayedRound,
  findings: PlayFinding[],
): Repair {
  const { notes } = report;
  return { round: rounds.length, from: revision, findings, notes, play: playOfRound(round) };
}

/**
 * What was found on the way to this round and is there no more; a check counts when it was seen
 * kept.
 */
export function mendedBy(rounds: PlayedRounds, round: number): PlayFinding[] {
  const { report } = rounds.find((each) => each.round === round) ?? rounds[0];
  return rounds
    .filter((each) => each.round <= round)
    .flatMap(({ told }) => told)
    .filter((finding) => !isLeft(finding, report));
}

/** Of what only a judge sees, nothing is known without one. */
function isLeft(finding: PlayFinding, report: PlayReport): boolean {
  switch (finding.code) {
    case 'unmet':
      return !isMetNow(report, finding);
    case 'lost':
      return isLostNow(report, finding);
    case 'visual':
      return !looksRightNow(report, finding);
    default:
      return report.findings.some((other) => isSameFinding(finding, other));
  }
}

function faultsIn({ report }: PlayedRound): number {
  return report.verdict === 'unplayed' ? Infinity : report.findings.length;
}
