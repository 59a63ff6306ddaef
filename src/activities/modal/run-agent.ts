import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { MODAL_FUNCTION, volumeAnswerOf } from '../../contracts/execution/modal.js';
import type { GenerateInput } from '../../contracts/execution/runner.js';
import { warned, type Log } from '../../telemetry/log.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { Tapes } from '../../objects/tapes.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
import { sayingWhatItDoes } from '../frame/say-doing.js';
import { rowOfJob, stallDetector } from '../frame/stall-detector.js';
import { inRunnerSpan } from '../frame/trace.js';
import { generateInput, readOutcome, superseded } from '../runner-input/generate-input.js';
import { keptForRun, type KeptForRun } from '../runner-input/kept-for-run.js';
import {
  findCandidate,
  keepCandidate,
  keepFailed,
  parcelsFor,
} from '../runner-input/run-versions.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import type { ModalAnswer, ModalCall, ModalCalls } from './call.js';
import { callbackBaseUrl } from './callback-url.js';
import { durableCall } from './durable-call.js';
import { FailedRun } from './errors.js';
import { sentFiles, type FileWriter } from './sent-files.js';

export interface ModalAgentDeps {
  config: WorkerConfig;
  store: Pick<Store, 'jobs' | 'modalCalls'>;
  versions: Versions;
  volume: FileWriter;
  calls: ModalCalls;
  images: Pick<ActionImages, 'read'>;
  records: PlayRecords;
  tapes: Pick<Tapes, 'readErrors'>;
  screenshots: Pick<Screenshots, 'read'>;
  log: Log;
}

/** Runs the model in a container of its user and brings home what it has made (E1, E6). */
export function modalAgentActivities(deps: ModalAgentDeps): AgentActivities {
  return {
    runAgent: (input) =>
      longActivity(
        { onShutdown: 'goesOn', details: { callId: callIdFor(input.jobId, input.attempt) } },
        async (activity) => {
          await assertNewest(deps, input);
          const { jobId, attempt } = input;
          const callId = callIdFor(jobId, attempt);
          const run = { command: 'generate', callId, jobId, attempt } as const;
          const earlier = await findCandidate(deps.versions, input);
          if (earlier) return earlier;
          try {
            const answer = await sayingWhatItDoes(deps.store, input, activity, () =>
              inRunnerSpan({ ...run, backend: 'modal' }, () => callAgent(deps, input, activity)),
            );
            return await bringHome(deps, input, answer, activity.signal);
          } catch (error) {
            throw error instanceof FailedRun ? await keepLeft(deps, input, error) : error;
          }
        },
      ),
  };
}

async function assertNewest(
  { store }: ModalAgentDeps,
  { jobId, attempt }: RunAgentInput,
): Promise<void> {
  if (!(await store.jobs.takeSlot(jobId, attempt, 'modal'))) throw superseded(attempt);
}

function callAgent(
  deps: ModalAgentDeps,
  input: RunAgentInput,
  activity: LongActivity,
): Promise<ModalAnswer> {
  const { calls, store, config, log } = deps;
  const { jobId, userId, attempt } = input;
  const isHeard = callbackBaseUrl(config) !== null;
  return durableCall(
    { calls, marks: store.modalCalls },
    {
      name: {
        callId: callIdFor(jobId, attempt),
        userId,
        fn: MODAL_FUNCTION.generate,
        attempt: { jobId, number: attempt },
      },
      prepare: () => request(deps, input),
      ...(input.limitMs !== undefined && { limitMs: input.limitMs }),
      ...(isHeard ? { watch: stallDetector(rowOfJob(store, input), config, log) } : {}),
    },
    activity,
  );
}

async function request(
  deps: ModalAgentDeps,
  input: RunAgentInput,
): Promise<Pick<ModalCall, 'input' | 'files' | 'keep'>> {
  const { config, versions, volume } = deps;
  const { userId, projectId, jobId, attempt } = input;
  const kept = await keptForRun(deps, input);
  const given = runnerInput(config, input, kept);
  const { parent, from, left } = await parcelsFor(versions, input, kept.left);
  const sent = { parcelFile: parent, fromParcelFile: from, leftParcelFile: left };
  const place = { userId, projectId, callId: callIdFor(jobId, attempt) };
  return {
    input: given,
    files: await sentFiles(volume, place, sent),
    keep: volumeAnswerOf(projectId, given),
  };
}

function runnerInput(config: WorkerConfig, input: RunAgentInput, kept: KeptForRun): GenerateInput {
  const { listenerUrl } = input;
  const place = {
    // The container knows its own folders and files.
    scratchDir: '',
    parcelFile: null,
    fromParcelFile: null,
    leftParcelFile: null,
    objectFile: '',
    failedFile: '',
    callbackBaseUrl: callbackBaseUrl(config),
    listenerBaseUrl: (listenerUrl && callbackBaseUrl(config, listenerUrl)) ?? undefined,
    // A container for a run has neither the processor nor a third user for a browser.
    plays: null,
  };
  return generateInput(config, input, place, kept);
}

/** From here on everything is as if the run had been made on this machine. */
async function bringHome(
  deps: ModalAgentDeps,
  input: RunAgentInput,
  { result, object }: ModalAnswer,
  signal: AbortSignal,
): Promise<RunAgentOutcome> {
  const outcome = readOutcome(result, input);
  if (outcome.kind === 'candidate') await assertNewest(deps, input);
  return keepCandidate(deps.versions, input, object, outcome, signal);
}

/** Keeps what a failed run had made; what cannot be kept changes nothing about why it failed. */
async function keepLeft(
  { versions, log }: ModalAgentDeps,
  input: RunAgentInput,
  { kind, message, details, made }: FailedRun,
): Promise<AppError> {
  if (made)
    await keepFailed(versions, input, made).catch(
      warned(log, { jobId: input.jobId }, 'what a failed run had made is not kept'),
    );
  return new AppError(kind, message, details);
}
