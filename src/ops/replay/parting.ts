import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { messageOf } from '../../contracts/base/errors.js';
import { nameOf, type RunHistory } from '../jobs/story.js';

/** Where a build leaves a history. */
export interface Parting {
  /** The number of the first event that the build does not reproduce. */
  readonly event: number;
  readonly type: string;
  /** The library's message, in one line. */
  readonly why: string;
}

/**
 * Runs a history through the workflows of a build. Null: it replays to its end. Else the event at
 * which the two part: the library names it, or growing beginnings of the history find it.
 */
export async function findParting(
  workflowBundle: WorkflowBundleOption,
  history: RunHistory,
  workflowId: string,
): Promise<Parting | null> {
  const problem = await replay(workflowBundle, history, workflowId);
  if (problem === null) return null;
  const events = history.events ?? [];
  const named = /HistoryEvent\(id: (\d+)/.exec(problem)?.[1];
  const event = named ? Number(named) : await search(workflowBundle, history, workflowId, problem);
  const found = events.find(({ eventId }) => Number(eventId) === event);
  return { event, type: typeOf(found), why: inWords(problem) };
}

async function replay(
  workflowBundle: WorkflowBundleOption,
  history: RunHistory,
  workflowId: string,
): Promise<string | null> {
  try {
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The shortest beginning that does not replay, by halving; a history may be cut where a task of
 * the workflow has been completed.
 */
async function search(
  workflowBundle: WorkflowBundleOption,
  { events = [] }: RunHistory,
  workflowId: string,
  problem: string,
): Promise<number> {
  const all = events ?? [];
  const cuts = all.flatMap((event, at) =>
    event.workflowTaskStartedEventAttributes ? [at + 1] : [],
  );
  let [good, bad] = [0, cuts.length];
  while (good < bad) {
    const middle = Math.floor((good + bad) / 2);
    const beginning = { events: all.slice(0, cuts[middle]) };
    if ((await replay(workflowBundle, beginning, workflowId)) === null) good = middle + 1;
    else bad = middle;
  }
  const before = good === 0 ? 0 : (cuts[good - 1] ?? 0);
  // They part after the last beginning that replays: at what the library speaks of, if it does.
  const after = all.slice(before).filter((event) => !isOfTask(event));
  const spokenOf = after.find((event) => {
    const name = nameOf(event);
    return name != null && problem.includes(name);
  });
  return Number((spokenOf ?? after[0] ?? all.at(-1))?.eventId ?? 0);
}

function isOfTask(event: NonNullable<RunHistory['events']>[number]): boolean {
  return Boolean(
    event.workflowTaskScheduledEventAttributes ??
    event.workflowTaskStartedEventAttributes ??
    event.workflowTaskCompletedEventAttributes,
  );
}

/** `activityTaskScheduled` of the attributes that an event carries. */
function typeOf(event: NonNullable<RunHistory['events']>[number] | undefined): string {
  const key = Object.keys(event ?? {}).find((name) => name.endsWith('EventAttributes'));
  return key?.slice(0, -'EventAttributes'.length) ?? 'unknown';
}

/** The sentence inside of the library's long report. */
function inWords(problem: string): string {
  const sentence = /message: "((?:[^"\\]|\\.)*)"/.exec(problem)?.[1] ?? problem;
  return sentence.replaceAll('\\"', '"').replaceAll(/\s+/g, ' ').trim();
}
