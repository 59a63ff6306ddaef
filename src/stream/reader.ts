import {
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { streamWorkflowId } from '../contracts/base/ids.js';
import {
  compareCursors,
  NEXT_PAGE_UPDATE,
  type Cursor,
  type NextPageRequest,
  type StreamPage,
} from '../contracts/durable/stream.js';

/** How much longer than the long poll's own wait an answer may take, ms. */
const ANSWER_TIMEOUT_MS = 5_000;

/** `missing`: no such stream, not yet or no more. `unavailable`: try again later. */
export type ReadOutcome =
  | { kind: 'page'; page: StreamPage }
  | { kind: 'missing' | 'aborted' }
  | { kind: 'unavailable'; error: unknown };

export type ReadStream = (
  jobId: string,
  request: NextPageRequest,
  signal: AbortSignal,
) => Promise<ReadOutcome>;

/** Reads the durable stream of a job by long-poll updates; never throws (D1). */
export function streamReader(temporal: Client): ReadStream {
  return async (jobId, request, signal) => {
    const handle = temporal.workflow.getHandle(streamWorkflowId(jobId));
    const read = () =>
      handle.executeUpdate<StreamPage, [NextPageRequest]>(NEXT_PAGE_UPDATE, { args: [request] });
    const deadline = Date.now() + request.waitMs + ANSWER_TIMEOUT_MS;
    try {
      return {
        kind: 'page',
        page: await temporal.withAbortSignal(signal, () => temporal.withDeadline(deadline, read)),
      };
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      if (error instanceof WorkflowNotFoundError) return { kind: 'missing' };
      return {
        kind: 'unavailable',
        error:
          error instanceof WorkflowUpdateRPCTimeoutOrCancelledError
            ? (error.cause ?? error)
            : error,
      };
    }
  };
}

/** Does the durable stream hold the event at `place`, or a later one? */
export async function isInStream(
  readStream: ReadStream,
  jobId: string,
  place: Cursor,
): Promise<boolean> {
  const outcome = await readStream(
    jobId,
    { after: { attempt: place.attempt, seq: place.seq - 1 }, waitMs: 0 },
    new AbortController().signal,
  );
  if (outcome.kind !== 'page') return false;
  // With a gap, the tail begins after that place: the stream has had the event.
  return outcome.page.gap || outcome.page.items.some((item) => compareCursors(item, place) >= 0);
}

const LONG_POLL_MS = 10_000;
/**
 * Each read adds ten events to the stream's history. While the live path works, one every 20 s is
 * enough, because {@link LivePathWatch} cuts it short.
 */
const PHASE_POLL_MS = 20_000;
/** After the job's row has ended: the closing events should be in the stream any moment. */
const LAST_CHANCE_MS = 2_000;
/** The durable stream is read in full at the latest this long after the live path fell silent. */
const LIVE_PATH_SILENT_MS = 2_500;

/**
 * Decides how the next page is asked for. `isPlacing`: a subscriber needs to know where "now" is;
 * `isLivePathComplete`: the live path works and has left no hole; `hasRowEnded`: the job is over.
 */
export function planRead(state: {
  isPlacing: boolean;
  hasRowEnded: boolean;
  isLivePathComplete: boolean;
}): Omit<NextPageRequest, 'after'> & Required<Pick<NextPageRequest, 'wakeOn'>> {
  if (state.isPlacing) return { waitMs: 0, wakeOn: 'any' };
  if (state.hasRowEnded) return { waitMs: LAST_CHANCE_MS, wakeOn: 'any' };
  if (state.isLivePathComplete) return { waitMs: PHASE_POLL_MS, wakeOn: 'phase' };
  return { waitMs: LONG_POLL_MS, wakeOn: 'any' };
}

/**
 * Knows whether the live path delivers the text, so that the durable stream need only be read for
 * phases, and cuts such a read short when that ends. After a cut the stream is read in full for a
 * while: it serves the cut read to its end all the same, and serves few at a time.
 */
export class LivePathWatch {
  private lastItemMs = -Infinity;
  private lastCutMs = -Infinity;
  private cut: (() => void) | null = null;
  private timer: NodeJS.Timeout | null = null;

  get isReliable(): boolean {
    return this.silentInMs > 0 && performance.now() - this.lastCutMs >= PHASE_POLL_MS;
  }

  /** Items arrived by the live path. */
  sawItems(): void {
    this.lastItemMs = performance.now();
  }

  /** The live path left a hole or fell silent: a read for phases ends now. */
  cutRead(): void {
    if (!this.cut) return;
    this.lastCutMs = performance.now();
    this.cut();
  }

  /** Runs a read for phases; `cut` is called when the live path falls silent or leaves a hole. */
  async during<T>(cut: () => void, read: () => Promise<T>): Promise<T> {
    this.cut = cut;
    this.awaitSilence();
    try {
      return await read();
    } finally {
      this.cut = null;
      if (this.timer) clearTimeout(this.timer);
    }
  }

  private get silentInMs(): number {
    return this.lastItemMs + LIVE_PATH_SILENT_MS - performance.now();
  }

  private awaitSilence(): void {
    this.timer = setTimeout(
      () => (this.silentInMs > 0 ? this.awaitSilence() : this.cutRead()),
      this.silentInMs,
    ).unref();
  }
}
