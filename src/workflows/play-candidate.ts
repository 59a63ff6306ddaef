import { CancellationScope, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { JobRef } from '../activities/ports.js';
import type { PlayReport, PlaySummary } from '../contracts/play.js';
import { summaryOf } from '../contracts/play.js';
import { STEP, stepSeq } from '../contracts/stream.js';
import type { Language } from '../domain/language.js';
import { endAfterPlay, unplayedReport, type PlayedEnd } from '../domain/played-game.js';
import { localPlays, modalPlays } from './activity-proxies.js';
import { classifyFailure } from './failures.js';
import { runWithFallback } from './run-with-fallback.js';

/** From the first candidate on a player waits at most so long for its play (J3). */
const PATIENCE_MS = 5 * 60_000;

export interface CandidateToPlay {
  readonly ref: JobRef;
  /** The attempt that made it: the last one. */
  readonly attempt: number;
  readonly revision: string;
  readonly parent: string | null;
  /** What is known of the parent; null = nothing. */
  readonly parentPlay: PlaySummary | null;
  /** In which the player is told what came of it. */
  readonly language: Language;
}

/** What the play says, and what becomes of the candidate. */
export interface PlayedCandidate {
  readonly report: PlayReport;
  readonly end: PlayedEnd;
}

/**
 * Plays a candidate before it is published (J1). Whatever keeps the play from its end makes the
 * game `unplayed` and never loses it (J3); only a cancel of the job is thrown.
 */
export async function playCandidate(candidate: CandidateToPlay): Promise<PlayedCandidate> {
  const report = await playOnce(candidate, candidate.revision, STEP.play);
  const parent = await playOfParent(candidate, report);
  const { language } = candidate;
  const isFirst = candidate.parent === null;
  return { report, end: endAfterPlay({ report, isFirst, parent, language }) };
}

/** An edit is held against its parent: one that nobody has played is played now (J3). */
async function playOfParent(
  candidate: CandidateToPlay,
  report: PlayReport,
): Promise<PlaySummary | null> {
  const { parent, parentPlay } = candidate;
  if (report.verdict !== 'broken' || parent === null || parentPlay !== null) return parentPlay;
  return summaryOf(await playOnce(candidate, parent, STEP.playParent));
}

async function playOnce(
  { ref, attempt }: CandidateToPlay,
  revision: string,
  step: (typeof STEP)[keyof typeof STEP],
): Promise<PlayReport> {
  try {
    return await CancellationScope.withTimeout(PATIENCE_MS, () =>
      runWithFallback({
        workId: ref.jobId,
        chooseFor: ref,
        label: '試し遊び中',
        run: async ({ backend }) => {
          const plays = backend === 'modal' ? modalPlays : localPlays;
          const what = step === STEP.play ? 'the candidate' : 'its parent';
          const {
            sheet: _,
            tookMs: __,
            ...report
          } = await plays.playGame.executeWithOptions(
            { summary: `Play ${what} ${revision.slice(0, 7)} (${backend})` },
            [{ ...ref, revision, play: step, place: { attempt, seq: stepSeq(0, step) } }],
          );
          return report;
        },
      }),
    );
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    const { kind, detail } = classifyFailure(error);
    log.warn('a game was not played', { jobId: ref.jobId, revision, kind, detail });
    setCurrentDetails(`試し遊びなし (not played: ${kind})`);
    return unplayedReport(revision, kind);
  }
}
