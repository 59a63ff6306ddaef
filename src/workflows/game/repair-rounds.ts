import { isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { AgentRepair } from '../../activities/ports/attempt-port.js';
import type { RunAgentOutcome } from '../../activities/ports/agent-port.js';
import { summaryOf, type PlayReport, type PlaySummary } from '../../contracts/game/play.js';
import { endAfterPlay, type PlayedEnd } from '../../domain/playing/played-game.js';
import {
  bestRound,
  mendedBy,
  nextRepair,
  type PlayedRound,
  type PlayedRounds,
} from '../../domain/playing/repairing.js';
import { shared } from '../common/activity-proxies.js';
import { runAgent, type AgentWork } from './agent-attempts.js';
import { classifyFailure } from '../common/failures.js';
import { withJudging } from './judge-candidate.js';
import { playRevision } from './play-candidate.js';

export interface PlayingWork {
  /** The run that made the candidate. */
  readonly agent: AgentWork;
  readonly candidate: Extract<RunAgentOutcome, { kind: 'candidate' }>;
  /** What is known of the version that it changes; null = nothing. */
  readonly parentPlay: PlaySummary | null;
  /** What its play has found already, where a rerun takes that (E9). */
  readonly taken?: PlayReport | undefined;
}

/** The candidate that is published, the report of its play, and the decision. */
export interface ChosenCandidate {
  readonly revision: string;
  readonly report: PlayReport;
  readonly end: PlayedEnd;
}

/**
 * Plays a candidate before it is published (J1), holds it against its brief, and has what was found
 * mended in up to two more rounds (J2). Nothing loses the candidate from here on: whatever keeps a
 * repair from its end ends the repairs, and the best round is handed over (J3). Only a cancel of
 * the job is thrown.
 */
export async function playAndRepair(given: PlayingWork): Promise<ChosenCandidate> {
  const { candidate, taken } = given;
  const work = { ...given, agent: withBriefOf(candidate, given.agent) };
  const { agent } = work;
  const made = { round: 0, revision: candidate.revision, told: [] };
  const rounds: PlayedRounds = [await playRound(agent, made, taken)];
  const next = (): AgentRepair | null => nextRepair(rounds, agent.spec.parent === null);
  for (let repair = next(); repair !== null; repair = next()) {
    if (repair.round === 1) await settle(agent, candidate);
    const mended = await mend(agent, repair);
    if (mended === null) break;
    const { round, findings: told } = repair;
    rounds.push(await playRound(agent, { round, revision: mended.revision, told }));
  }
  const best = bestRound(rounds);
  return { ...best, end: await endOf(work, rounds, best) };
}

/** What its writer has written down takes the place of a design by rules. */
function withBriefOf({ brief }: PlayingWork['candidate'], agent: AgentWork): AgentWork {
  return brief ? { ...agent, spec: { ...agent.spec, brief } } : agent;
}

async function playRound(
  { ref, spec, progress: { attempt, left } }: AgentWork,
  made: Omit<PlayedRound, 'report'>,
  taken?: PlayReport,
): Promise<PlayedRound> {
  const { round, revision } = made;
  const report =
    taken ?? (await playRevision({ ref, attempt, left, revision, parent: spec.parent, round }));
  return { ...made, report: await withJudging({ ref, spec, revision, round }, report) };
}

/** Null when there is nothing to be played: the repairs are over, the job is not (J3). */
async function mend(
  agent: AgentWork,
  repair: AgentRepair,
): Promise<PlayingWork['candidate'] | null> {
  try {
    const outcome = await runAgent({ ...agent, repair });
    await settle(agent, outcome);
    return outcome.kind === 'candidate' ? outcome : null;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { kind, detail } = classifyFailure(error);
    const { jobId } = agent.ref;
    log.warn('a repair has come to nothing', { jobId, round: repair.round, kind, detail });
    setCurrentDetails(`修正なし (repair ${repair.round} ended: ${kind})`);
    return null;
  }
}

/** An attempt counts with its cost before the next one reserves what the purse has left (J5). */
async function settle(
  { ref, progress: { attempt } }: AgentWork,
  { usage }: RunAgentOutcome,
): Promise<void> {
  await shared.settleAttempt.executeWithOptions({ summary: `Settle attempt ${attempt}` }, [
    { ...ref, attempt, costUsd: usage?.costUsd ?? null },
  ]);
}

/** A change is compared with its parent: an unplayed one is played now (J3). */
async function endOf(
  { agent, parentPlay }: PlayingWork,
  rounds: PlayedRounds,
  { round, report }: PlayedRound,
): Promise<PlayedEnd> {
  const { ref, progress, spec } = agent;
  const { parent } = spec;
  const asksParent = report.verdict === 'broken' && parent !== null && parentPlay === null;
  const { attempt, left } = progress;
  const played = asksParent
    ? summaryOf(
        await playRevision({
          ref,
          attempt,
          left,
          revision: parent,
          parent: null,
          round: rounds.length,
          isParent: true,
        }),
      )
    : parentPlay;
  return endAfterPlay({
    report,
    mended: mendedBy(rounds, round),
    isFirst: parent === null,
    parent: played,
  });
}
