import { log, setCurrentDetails } from '@temporalio/workflow';
import type { GenerationSpec } from '../../activities/ports/plan-port.js';
import type { JobRef } from '../../activities/ports/refs.js';
import type { Judging } from '../../contracts/game/judging.js';
import type { PlayReport } from '../../contracts/game/play.js';
import { planJudging, unjudged, type JudgePlan } from '../../domain/playing/judging.js';
import { playOfRound } from '../../domain/playing/playing.js';
import { judging } from '../common/activity-proxies.js';
import { unlessCancelled } from '../common/failures.js';

export interface CandidateToJudge {
  readonly ref: JobRef;
  readonly spec: GenerationSpec;
  readonly revision: string;
  readonly round: number;
}

/**
 * The report of a play with what became of its game's checks (J2). A judge that cannot be
 * asked leaves `unjudged`, and takes nothing away; only a cancel of the job is thrown.
 */
export async function withJudging(game: CandidateToJudge, report: PlayReport): Promise<PlayReport> {
  const plan = planJudging(report, game.spec);
  if (plan === null) return report;
  const said = plan.kind === 'known' ? plan.judging : await judge(game, report, plan);
  return { ...report, judging: said };
}

async function judge(
  { ref, spec: { language = 'ja' }, revision, round }: CandidateToJudge,
  { notes }: PlayReport,
  { kind: _, ...asked }: Extract<JudgePlan, { kind: 'ask' }>,
): Promise<Judging> {
  const play = playOfRound(round);
  setCurrentDetails(`企画と見比べ中 (judge ${play})`);
  const count = asked.checks.length;
  const summary = `Judge ${play}: candidate ${revision.slice(0, 7)}, ${count} checks`;
  const input = { ...ref, ...asked, play, notes, language };
  return judging.judgeGame.executeWithOptions({ summary }, [input]).catch(
    unlessCancelled(({ kind, detail }) => {
      log.warn('a game was not judged', { jobId: ref.jobId, revision, kind, detail });
      setCurrentDetails(`見比べなし (not judged: ${kind})`);
      return unjudged(kind);
    }),
  );
}
