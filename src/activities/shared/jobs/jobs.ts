import type { Client } from '@temporalio/client';
import { crashPoint } from '../../../process/crash-points.js';
import { chatLineIdFor } from '../../../contracts/base/ids.js';
import { message, paragraphs, type Message } from '../../../contracts/messages/message.js';
import { summaryOf } from '../../../contracts/game/play.js';
import type { PushedEnd } from '../../../contracts/media/push.js';
import { CLOSING_SEQ, failedEvent, type JobEvent } from '../../../contracts/durable/stream.js';
import { gameTitle } from '../../../domain/game/game-title.js';
import { languageOf } from '../../../domain/text/language.js';
import { suggestionLine } from '../../../domain/generation/generation-prompt.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { JobState } from '../../../store/tables/joined-reads.js';
import type { StreamWriter } from '../../../stream/writer.js';
import type { Versions } from '../../../versions/kept/versions.js';
import { cancelOwnWorkflow } from '../../frame/own-cancel.js';
import type {
  ClosedJob,
  CompleteJobInput,
  FailJobInput,
  JobActivities,
} from '../../ports/job-port.js';
import { raiseByPolicy, type Alerts } from '../../../store/alerts.js';
import { fittingTo } from '../media/fitting.js';
import { partsOf } from '../media/version-screenshots.js';
import { gameTexts } from '../projects/game-texts.js';
import type { Pushes } from '../publishing/push.js';
import { storageRefusal } from '../maintenance/storage.js';

/** A name may follow the end of its job; its place leaves room for the closing events. */
const RENAMED_SEQ = CLOSING_SEQ + 10;

export interface JobDeps {
  store: Pick<Store, 'jobs' | 'reads' | 'revisions' | 'projects' | 'keptBytes'>;
  versions: Pick<Versions, 'readFile'>;
  stream: StreamWriter;
  client: Pick<Client, 'workflow'>;
  pushes: Pick<Pushes, 'isOn'>;
  alerts: Alerts;
  log: Log;
}

type JobRowActivities = Omit<
  JobActivities,
  | 'startProcessing'
  | 'readMessage'
  | 'planGeneration'
  | 'designGame'
  | 'answerQuestion'
  | 'startAttempt'
  | 'settleAttempt'
  | 'publishRevision'
>;

/** Opening and closing job rows, and telling the listeners (A7, B, D4, F1). */
export function jobActivities(deps: JobDeps): JobRowActivities {
  return {
    ...beginnings(deps),
    completeJob: (input) => completeJob(deps, input),
    failJob: (input) => failJob(deps, input),
    costOfJob: ({ jobId }) => closed(deps, jobId, null),
    ...announcements(deps),
  };
}

function beginnings({ store }: JobDeps): Pick<JobRowActivities, 'openJob'> {
  return {
    async openJob({ jobId, userId, projectId, content, maxQueuedJobs, mayWait, isRerun = false }) {
      const opened = await store.jobs.open({
        id: jobId,
        userId,
        projectId,
        content,
        chatId: chatLineIdFor(jobId, 'user'),
        maxQueuedJobs,
        language: languageOf(content),
        isRerun,
        queue: mayWait,
      });
      crashPoint('after-row');
      return opened;
    },
  };
}

/** Events of a job that was stopped, or whose game got a name. */
function announcements({
  store,
  stream,
  versions,
  client,
}: JobDeps): Pick<JobRowActivities, 'cancelJob' | 'nameProject'> {
  return {
    async cancelJob({ jobId, attempt }) {
      const outcome = await store.jobs.cancel(jobId);
      if (outcome === 'too_late') return 'tooLate';
      await stream.append(jobId, attempt, CLOSING_SEQ, [{ type: 'cancelled' }]);
      await cancelOwnWorkflow(client);
      return 'cancelled';
    },

    async nameProject({ jobId, projectId, revision, attempt }) {
      const texts = gameTexts(versions, { projectId, revision });
      const name = gameTitle(await texts.spec(), await texts.page());
      if (!name || !(await store.projects.renameIfDefault(projectId, name))) return null;
      await stream.append(jobId, attempt, RENAMED_SEQ, [{ type: 'renamed', name }]);
      return { name };
    },
  };
}

/**
 * After its commit point a job has not failed: it completes, no failure is reported, and false
 * is returned.
 */
async function failJob(deps: JobDeps, input: FailJobInput): Promise<ClosedJob> {
  if (await completeIfPublished(deps, input)) return false;
  const { store, stream, log } = deps;
  const { jobId, userId, attempt, kind, detail } = input;
  const error =
    kind === 'STORAGE_LIMIT_EXCEEDED' ? await storageRefusal(deps, userId) : message(kind);
  if (!(await store.jobs.fail(jobId, error))) {
    // A version that came meanwhile has completed the row; its listeners do not know yet.
    await completeIfPublished(deps, input);
    return false;
  }
  log.warn({ jobId, kind, detail, outcome: 'error' }, 'job failed');
  raiseByPolicy(deps.alerts, 'job', kind, { details: { jobId } });
  await stream.append(jobId, attempt, CLOSING_SEQ, [failedEvent(error)]);
  return closed(deps, jobId, 'failed');
}

/**
 * True = what it counts with, or who subscribes to its end (null = nothing is pushed), cannot be
 * read now.
 */
async function closed(deps: JobDeps, jobId: string, end: PushedEnd | null): Promise<ClosedJob> {
  const state = await stateOf(deps, jobId);
  if (state === null) return true;
  const costUsd = costOf(state);
  return {
    costUsd,
    ...(deps.pushes.isOn && state.isSubscribed && end && { push: end }),
    ...(state.isAwaited && { isAwaited: true as const }),
  };
}

/** The end of its row has settled what a job costs (J5). */
const costOf = ({ usd }: JobState): number => Math.round(usd * 1e6) / 1e6;

async function stateOf({ store, log }: JobDeps, jobId: string): Promise<JobState | null> {
  return store.reads
    .jobState(jobId)
    .catch(warned(log, { jobId }, 'the state of a job could not be read', null));
}

async function completeIfPublished(
  deps: JobDeps,
  { jobId, userId, projectId, attempt }: FailJobInput,
): Promise<boolean> {
  const published = await deps.store.revisions.ofJob(jobId);
  if (!published) return false;
  const ref = { jobId, userId, projectId, attempt };
  await completeJob(deps, completionOf(ref, published.revision));
  return true;
}

/** The end of a job past its commit point of which only the version is known. */
export function completionOf(
  ref: Pick<CompleteJobInput, 'jobId' | 'userId' | 'projectId' | 'attempt'>,
  revision: string,
): CompleteJobInput {
  return {
    ...ref,
    message: message('GAME_UPDATED'),
    suggestions: [],
    mode: null,
    generator: 'claude',
    revision,
    event: { type: 'published', revision },
    pendingQuestion: null,
    usage: null,
  };
}

const DONE_TEXT = {
  chat: message('STEP_ANSWERED'),
  restore: message('STEP_RESTORE_ASKED'),
} as const;

/** Html is a courtesy of the row: files that cannot be read do not keep a published job open. */
async function publishedHtml(
  { versions, log }: JobDeps,
  { projectId, revision }: CompleteJobInput,
): Promise<string | undefined> {
  if (!revision) return undefined;
  try {
    const page = await versions.readFile({ projectId, revision }, 'index.html');
    return page?.toString('utf8');
  } catch (error) {
    log.warn({ err: error, projectId, revision }, 'the published game could not be read');
    return undefined;
  }
}

async function completeJob(deps: JobDeps, input: CompleteJobInput): Promise<ClosedJob> {
  const { store, stream } = deps;
  const { jobId, attempt, mode, generator, event } = input;
  const html = await publishedHtml(deps, input);
  const { play } = partsOf(input.play ?? null);
  const suggestions = await fittingTo(deps, input, { page: html ?? '', play });
  const result = {
    ...(mode ? { mode } : {}),
    ...(mode || generator === 'haiku' ? { generator } : {}),
    ...(html === undefined ? {} : { html }),
    ...(play === null ? {} : { play: summaryOf(play) }),
  };
  const row = await store.jobs.complete({
    id: jobId,
    message: input.message,
    language: input.language,
    result,
    // An undo proposal is a question, not a line of the chat (generation.md §15).
    history: mode === 'restore' ? null : withSuggestions(input.message, suggestions),
    chatId: chatLineIdFor(jobId, 'assistant'),
    pendingQuestion: input.pendingQuestion,
    usage: input.usage,
  });
  if (!row) return false;
  crashPoint('after-complete-before-notify');
  const done: JobEvent[] = mode
    ? [{ type: 'progress', progress: 100, message: DONE_TEXT[mode] }]
    : [];
  const isFit = event.type === 'published' && suggestions.length > 0;
  const told: JobEvent = isFit ? { ...event, suggestions } : event;
  await stream.append(jobId, attempt, CLOSING_SEQ, [told, ...done, { type: 'completed' }]);
  return closed(deps, jobId, pushedEnd(input));
}

/** The chat line: suggestions follow as one parsable line (websocket.md §6 HistoryItem). */
function withSuggestions(said: Message, suggestions: readonly string[]): Message {
  const text = suggestionLine(suggestions);
  if (text === null) return said;
  if ('text' in said) return { text: `${said.text}\n\n${text}` };
  return paragraphs([said, { text }]);
}

/** The push of a job that ended well. */
function pushedEnd({ event, pendingQuestion }: CompleteJobInput): PushedEnd {
  if (event.type === 'published') return 'made';
  return pendingQuestion === null || pendingQuestion.type === 'look' ? 'answered' : 'asked';
}
