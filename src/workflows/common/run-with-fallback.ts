import {
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { BackendChoice } from '../../activities/ports/backend-ports.js';
import type { JobRef } from '../../activities/ports/refs.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import type { Backend } from '../../contracts/workflows.js';
import { shared } from './activity-proxies.js';
import { classifyFailure, shutdownOf } from './failures.js';
import { nextAttempt } from './next-attempt.js';
import { throughShutdowns } from './shutdowns.js';

/** One numbered run of the work, and where it is made. `reason` is for the operator. */
export interface Attempt {
  readonly number: number;
  readonly backend: Backend;
  readonly reason: string;
  /** Time, milliseconds, that earlier ones have lost because their workers were shut down (I5). */
  readonly lostMs: number;
}

/** Work with files and models, which one attempt after the other tries to do. */
export interface AttemptedWork<T, A extends Attempt = Attempt> {
  /** Id of the job or action, for the log. */
  readonly workId: string;
  /** Whom the backend is chosen for; `local`: only this machine can do the work. */
  readonly chooseFor: 'local' | (Partial<JobRef> & Pick<JobRef, 'userId'>);
  /** What is being made, for the operator; null = something beside what is shown already. */
  readonly label: string | null;
  /** Prepares an attempt before it is made; may move or renumber it. An error ends the work. */
  readonly begin?: (attempt: Attempt) => Promise<A>;
  /**
   * `usedMs`: for so long the attempt has been going on already, under workers that were shut down.
   */
  readonly run: (attempt: A, usedMs: number) => Promise<T>;
  /** The attempts are a job's own: operators find it by their number. */
  readonly countsAttempts?: boolean;
  /** What earlier pieces of the same work have gone through, which this one goes on from (C1). */
  readonly record?: AttemptRecord;
}

/** What the attempts at some work have gone through so far. */
export interface AttemptRecord {
  /** Those that failed by themselves: a shutdown costs no try, and a success neither. */
  readonly made: Record<Backend, number>;
  lostMs: number;
  /** Why the rest of the work stays on this machine; null = Modal may still be chosen. */
  localBecause: string | null;
}

export function newRecord(localBecause: string | null = null): AttemptRecord {
  return { made: { modal: 0, local: 0 }, lostMs: 0, localBecause };
}

/**
 * Makes attempts where the switch says until one succeeds; after a failure of Modal itself the rest
 * is done on this machine (G1). An attempt that a shutdown has cut counts for none (I5). Throws the
 * failure of the last attempt.
 */
export async function runWithFallback<T, A extends Attempt = Attempt>(
  work: AttemptedWork<T, A>,
): Promise<T> {
  return new Attempts(work).untilSuccess();
}

class Attempts<T, A extends Attempt> {
  private begun = 0;
  private shownBackend: Backend | null = null;
  private readonly record: AttemptRecord;

  constructor(private readonly work: AttemptedWork<T, A>) {
    this.record = work.record ?? newRecord(work.chooseFor === 'local' ? 'only here' : null);
  }

  async untilSuccess(): Promise<T> {
    for (;;) {
      const attempt = await this.begin();
      this.record.made[attempt.backend] += 1;
      this.show(attempt);
      const startedMs = Date.now();
      try {
        const result = await throughShutdowns(
          () => this.work.run(attempt, Date.now() - startedMs),
          ({ goesOn }) => goesOn,
        );
        this.record.made[attempt.backend] -= 1;
        return result;
      } catch (error) {
        if (isCancellation(error)) throw error;
        if (shutdownOf(error)) this.excuse(attempt, Date.now() - startedMs);
        else await this.prepareNext(attempt, error, Date.now() - startedMs);
      }
    }
  }

  private async begin(): Promise<A> {
    const { backend, reason } = await this.choose();
    this.begun += 1;
    const attempt: Attempt = { number: this.begun, backend, reason, lostMs: this.record.lostMs };
    return this.work.begin ? this.work.begin(attempt) : (attempt as A);
  }

  private async choose(): Promise<Pick<BackendChoice, 'backend' | 'reason'>> {
    const { chooseFor } = this.work;
    const { localBecause } = this.record;
    if (chooseFor === 'local' || localBecause !== null)
      return { backend: 'local', reason: localBecause ?? '' };
    return shared.chooseBackend.executeWithOptions({ summary: 'Modal or this machine' }, [
      chooseFor,
    ]);
  }

  private show({ backend, number, reason }: Attempt): void {
    if (this.work.label === null) return;
    const isMoved = backend !== this.shownBackend;
    const isCounted = this.work.countsAttempts === true;
    if (isMoved || isCounted)
      upsertSearchAttributes([
        ...(isMoved ? [{ key: SEARCH_ATTRIBUTES.backend, value: backend }] : []),
        ...(isCounted ? [{ key: SEARCH_ATTRIBUTES.attempts, value: number }] : []),
      ]);
    this.shownBackend = backend;
    setCurrentDetails(`${this.work.label} (attempt ${number}, ${backend}: ${reason})`);
  }

  /** A shutdown has cut it: the next one has the same tries and the same time before it. */
  private excuse({ backend }: Attempt, tookMs: number): void {
    this.record.made[backend] -= 1;
    this.record.lostMs += tookMs;
  }

  /** Returns when another attempt may be made, after its pause; else throws the failure. */
  private async prepareNext(
    { backend, number }: Attempt,
    error: unknown,
    tookMs: number,
  ): Promise<void> {
    const failure = classifyFailure(error);
    const decision = nextAttempt({ backend, failure, attempts: this.record.made[backend], tookMs });
    switch (decision.next) {
      case 'giveUp':
        throw error;
      case 'local': {
        const { kind, detail } = failure;
        this.record.localBecause = `fallback after ${kind}`;
        log.warn('work leaves Modal', { workId: this.work.workId, attempt: number, kind, detail });
        return;
      }
      case 'again':
        if (this.work.label !== null)
          setCurrentDetails(`もう一度試します (after ${failure.kind} on ${backend})`);
        if (decision.delayMs > 0) await sleep(decision.delayMs);
    }
  }
}
