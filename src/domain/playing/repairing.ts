import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
import { checksMet, isMetNow, unmetChecks } from './judging.js';
import { isSameFinding, playOfRound } from './playing.js';

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
 * the one that keeps most checks, then the earliest. One that could not be played comes after all
 * that were played.
 */
export function bestRound(rounds: PlayedRounds): PlayedRound {
  return rounds.reduce((best, each) => (isBetter(each, best) ? each : best));
}

function isBetter(one: PlayedRound, other: PlayedRound): boolean {
  const [faults, others] = [faultsIn(one), faultsIn(other)];
  if (faults !== others) return faults < others;
  return checksMet(one.report) > checksMet(other.report);
}

/**
 * The next round of repairs (J2); null when there is nothing to repair, or nothing left to try.
 * Unmet checks of a change are shown and start no round: the player can refine the request.
 */
export function nextRepair(rounds: PlayedRounds, isFirst: boolean): Repair | null {
  const fewest = faultsIn(bestRound(rounds));
  if (fewest === Infinity || rounds.length > MAX_REPAIRS) return null;
  if (fewest > 0) return repairOfFindings(rounds, fewest);
  return isFirst ? repairOfChecks(rounds) : null;
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

/** What a judge has seen missing in the best game that plays may use one round of a job. */
function repairOfChecks(rounds: PlayedRounds): Repair | null {
  const wasTold = rounds.some(({ told }) => told.some(({ code }) => code === 'unmet'));
  const best = bestRound(rounds);
  const unmet = unmetChecks(best.report);
  return wasTold || unmet.length === 0 ? null : repairOf(rounds, best, unmet);
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
  const isLeft = (finding: PlayFinding): boolean =>
    finding.code === 'unmet'
      ? !isMetNow(report, finding)
      : report.findings.some((other) => isSameFinding(finding, other));
  return rounds
    .filter((each) => each.round <= round)
    .flatMap(({ told }) => told)
    .filter((finding) => !isLeft(finding));
}

function faultsIn({ report }: PlayedRound): number {
  return report.verdict === 'unplayed' ? Infinity : report.findings.length;
}
