import { CancellationScope, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { JobRef } from '../../activities/ports/refs.js';
import type { PlayReport } from '../../contracts/game/play.js';
import { STEP, stepSeq } from '../../contracts/durable/stream.js';
import { playOfRound } from '../../domain/playing/playing.js';
import { unplayedReport } from '../../domain/playing/played-game.js';
import { proxies } from '../common/activity-proxies.js';
import { classifyFailure } from '../common/failures.js';
import type { TimeLeft } from './agent-attempts.js';
import { runWithFallback } from '../common/run-with-fallback.js';

/** Longest wait of a player for the play of a candidate (J3). */
const PATIENCE_MS = 5 * 60_000;
/** The play of a parent has the number after those of all rounds. */
const PLAY_OF_PARENT = 4;

export interface RevisionToPlay {
  readonly ref: JobRef;
  /** The job's last one. */
  readonly attempt: number;
  readonly revision: string;
  readonly round: number;
  /** What the round's candidate changes; null = it is a first game. */
  readonly parent: string | null;
  /** What is left of the job's time; null = unknown. */
  readonly left: TimeLeft | null;
  /** Of the parent itself, instead of a candidate. */
  readonly isParent?: boolean;
}

/**
 * Plays a game before it is published (J1). A failed or late play makes the game
 * `unplayed` and never loses it (J3); only a cancel of the job is thrown.
 */
export async function playRevision(game: RevisionToPlay): Promise<PlayReport> {
  const { ref, revision } = game;
  try {
    return await CancellationScope.withTimeout(PATIENCE_MS, () => play(game));
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    const { kind, detail } = classifyFailure(error);
    log.warn('a game was not played', { jobId: ref.jobId, revision, kind, detail });
    setCurrentDetails(`試し遊びなし (not played: ${kind})`);
    return unplayedReport(kind);
  }
}

function play(game: RevisionToPlay) {
  const { ref, attempt, revision, parent, round, left, isParent = false } = game;
  const number = isParent ? PLAY_OF_PARENT : playOfRound(round);
  const step = isParent ? STEP.playParent : STEP.play;
  const what = `${isParent ? 'parent' : 'candidate'} ${revision.slice(0, 7)}`;
  return runWithFallback<PlayReport>({
    workId: ref.jobId,
    chooseFor: ref,
    label: `試し遊び中 (play ${number})`,
    run: async ({ backend, lostMs }) => {
      const {
        sheet: _,
        tookMs: __,
        ...report
      } = await proxies(backend).plays.playGame.executeWithOptions(
        { summary: `Play ${number}: ${what} (${backend})` },
        [
          {
            ...ref,
            revision,
            ...(parent !== null && { parent }),
            play: number,
            round,
            ...(left && { leftMs: left.ms + lostMs - (Date.now() - left.atMs) }),
            place: { attempt, seq: stepSeq(round, step) },
          },
        ],
      );
      return report;
    },
  });
}
