import {
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { EndedAttempt } from '../../activities/ports/attempt-port.js';
import type { BackendChoice } from '../../activities/ports/backend-ports.js';
import type { JobRef } from '../../activities/ports/refs.js';
import { attributesOf } from '../../contracts/durable/search-attributes.js';
import { HOME_BACKEND, specOf, type Backend } from '../../contracts/execution/backends.js';
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
  /** Why the last one that failed by itself did; null = none has. */
  readonly ended: EndedAttempt | null;
}

/** Work with files and models, which one attempt after the other tries to do. */
export interface AttemptedWork<T, A extends Attempt = Attempt> {
  /** Id of the job or action, for the log. */
  readonly workId: string;
  /** The user that the backend is chosen for; null = only `HOME_BACKEND` can do the work. */
  readonly chooseFor: (Partial<JobRef> & Pick<JobRef, 'userId'>) | null;
  /** What is being made, for the operator; null = something beside what is shown already. */
  readonly label: string | null;
  /** Prepares an attempt before it is made; may move or renumber it. An error ends the work. */
  readonly begin?: (attempt: Attempt) => Promise<A>;
  /**
   * `usedMs`: for so long the attempt has been going on already, under workers that were shut down.
   */
  readonly run: (attempt: A, usedMs: number) => Promise<T>;
  /** A failure of the first attempt, or a shutdown that cuts it, ends the work. */
  readonly isOnce?: boolean;
  /** The attempts are a job's own: operators find it by their number. */
  readonly countsAttempts?: boolean;
  /** What earlier pieces of the same work have gone through, which this one goes on from (C1). */
  readonly record?: AttemptRecord;
}

/** What the attempts at some work have gone through so far. */
export interface AttemptRecord {
  /** Those that failed by themselves: neither a shutdown nor a success counts (I5). */
  readonly failed: Partial<Record<Backend, number>>;
  lostMs: number;
  /** Why the rest of the work stays on `HOME_BACKEND`; null = the switch decides. */
  homeBecause: string | null;
}

export function newRecord(homeBecause: string | null = null): AttemptRecord {
  return { failed: {}, lostMs: 0, homeBecause };
}

/**
 * Makes attempts on the chosen backend until one succeeds; after a failure of the backend
 * itself the rest is done on `HOME_BACKEND` (G1). An attempt that a shutdown has cut is not counted
 * (I5). Throws the failure of the last attempt.
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
  private ended: EndedAttempt | null = null;

  constructor(private readonly work: AttemptedWork<T, A>) {
    this.record = work.record ?? newRecord(work.chooseFor === null ? 'only here' : null);
  }

  async untilSuccess(): Promise<T> {
    for (;;) {
      const attempt = await this.begin();
      this.show(attempt);
      const startedMs = Date.now();
      try {
        return await throughShutdowns(
          () => this.work.run(attempt, Date.now() - startedMs),
          ({ goesOn }) => goesOn,
        );
      } catch (error) {
        if (isCancellation(error) || this.work.isOnce) throw error;
        // The next one has the same attempts and the same time before it (I5).
        if (shutdownOf(error)) this.record.lostMs += Date.now() - startedMs;
        else await this.prepareNext(attempt, error, Date.now() - startedMs);
      }
    }
  }

  private async begin(): Promise<A> {
    const { backend, reason } = await this.choose();
    this.begun += 1;
    const { ended } = this;
    const { lostMs } = this.record;
    const attempt: Attempt = { number: this.begun, backend, reason, lostMs, ended };
    return this.work.begin ? this.work.begin(attempt) : (attempt as A);
  }

  private async choose(): Promise<Pick<BackendChoice, 'backend' | 'reason'>> {
    const { chooseFor } = this.work;
    const { homeBecause } = this.record;
    if (chooseFor === null || homeBecause !== null)
      return { backend: HOME_BACKEND, reason: homeBecause ?? '' };
    return shared.chooseBackend.executeWithOptions({ summary: 'Modal or this machine' }, [
      chooseFor,
    ]);
  }

  private show({ backend, number, reason }: Attempt): void {
    if (this.work.label === null) return;
    const isMoved = backend !== this.shownBackend;
    const isCounted = this.work.countsAttempts === true;
    if (isMoved || isCounted)
      upsertSearchAttributes(
        attributesOf({ ...(isMoved && { backend }), ...(isCounted && { attempts: number }) }),
      );
    this.shownBackend = backend;
    setCurrentDetails(`${this.work.label} (attempt ${number}, ${backend}: ${reason})`);
  }

  /** Returns when another attempt may be made, after its pause; else throws the failure. */
  private async prepareNext(
    { backend, number }: Attempt,
    error: unknown,
    tookMs: number,
  ): Promise<void> {
    const failure = classifyFailure(error);
    this.ended = { kind: failure.kind, detail: failure.detail };
    const attempts = (this.record.failed[backend] ?? 0) + 1;
    this.record.failed[backend] = attempts;
    const decision = nextAttempt({ backend, failure, attempts, tookMs });
    switch (decision.next) {
      case 'giveUp':
        throw error;
      case 'fallback': {
        const { kind, detail } = failure;
        this.record.homeBecause = `fallback after ${kind}`;
        log.warn(`work leaves ${specOf(backend).title}`, {
          workId: this.work.workId,
          attempt: number,
          kind,
          detail,
        });
        return;
      }
      case 'again':
        if (this.work.label !== null)
          setCurrentDetails(`もう一度試します (after ${failure.kind} on ${backend})`);
        if (decision.delayMs > 0) await sleep(decision.delayMs);
    }
  }
}
