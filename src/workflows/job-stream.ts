import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  APPEND_SIGNAL,
  NEXT_PAGE_UPDATE,
  type JobStreamInput,
  type NextPageRequest,
  type StreamItem,
  type StreamPage,
} from '../contracts/durable/stream.js';
import { continueOnCurrentBuild } from './common/continue-on-current.js';
import { StreamState } from '../stream/stream-state.js';

/**
 * How long the stream can be read after the job's end, and how long an unfinished one waits for
 * news (D1).
 */
const OPEN_AFTER_END_MS = 10 * 60_000;
const IDLE_MS = 2 * 60 * 60_000;
const MAX_SIGNALS = 250;
const MAX_UPDATES = 1_000;

const appendSignal = defineSignal<[StreamItem[]]>(APPEND_SIGNAL);
const nextPageUpdate = defineUpdate<StreamPage, [NextPageRequest]>(NEXT_PAGE_UPDATE);

/**
 * The durable stream of one job's events. Written by signals (batches), read by long-poll updates;
 * a workflow of its own so that a job's history stays small and the stream can continue-as-new
 * while the job waits for an activity.
 */
export async function jobStream(input: JobStreamInput): Promise<void> {
  const state = new StreamState(input.carried);
  let signals = 0;
  let updates = 0;
  let lastNewsMs = Date.now();
  let leaving = false;

  setHandler(
    appendSignal,
    (items) => {
      signals += 1;
      lastNewsMs = Date.now();
      state.append(items, lastNewsMs);
    },
    { description: 'Events of the job, any order, any number of times.' },
  );

  setHandler(
    nextPageUpdate,
    async ({ after, waitMs, wakeOn }) => {
      updates += 1;
      await condition(() => leaving || state.hasNews(after, wakeOn ?? 'any'), waitMs);
      return state.page(after);
    },
    { description: 'Everything after a cursor; waits for it.' },
  );

  const isFull = () =>
    signals >= MAX_SIGNALS || updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  const restMs = () =>
    (state.closedAtMs === null ? lastNewsMs + IDLE_MS : state.closedAtMs + OPEN_AFTER_END_MS) -
    Date.now();

  while (!isFull() && restMs() > 0) {
    const wasOpen = state.closedAtMs === null;
    await condition(() => isFull() || (wasOpen && state.closedAtMs !== null), restMs());
  }
  leaving = true;
  await condition(allHandlersFinished);
  if (isFull() && restMs() > 0)
    await continueOnCurrentBuild<typeof jobStream>({ jobId: input.jobId, carried: state.carry() });
}
