import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { specOf } from '../../contracts/execution/backends.js';
import type { RunBy } from '../../contracts/durable/workflows.js';
import { WithUnsent, type GenerateInput, type RunPlays } from '../../contracts/execution/runner.js';
import type { StreamWriter } from '../../stream/writer.js';
import { warned } from '../../telemetry/log.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Tapes } from '../../objects/tapes.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { Arounds } from '../frame/interceptors.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
import { sayingWhatItDoes } from '../frame/say-doing.js';
import { inRunnerSpan } from '../frame/trace.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import { runnerBundle } from '../runner-input/bundle.js';
import { generateInput, readOutcome, superseded } from '../runner-input/generate-input.js';
import { keptForRun, type Keepers } from '../runner-input/kept-for-run.js';
import { keepPlayOfRun, parentOfPlay } from '../runner-input/play-input.js';
import {
  findCandidate,
  keepCandidate,
  keepFailed,
  parcelsFor,
} from '../runner-input/run-versions.js';
import { FailedRun, type RunnerAnswer, type RunnerHost, type RunPlace } from './host.js';

export interface AgentDeps extends Keepers {
  config: WorkerConfig;
  store: Pick<Store, 'jobs'>;
  stream: StreamWriter;
  versions: Versions;
  records: PlayRecords;
  tapes: Tapes;
}

/** Runs the model, in the sandbox or in a container of its user (E1). */
export function agentActivities(deps: AgentDeps, host: RunnerHost): AgentActivities {
  const { onShutdown } = specOf(host.backend);
  return {
    runAgent: (input) =>
      longActivity(
        { onShutdown, details: { callId: callIdFor(input.jobId, input.attempt) } },
        (activity) => runAgent(deps, host, input, activity),
      ),
  };
}

async function runAgent(
  deps: AgentDeps,
  host: RunnerHost,
  input: RunAgentInput,
  activity: LongActivity,
): Promise<RunAgentOutcome> {
  await assertNewest(deps, host, input);
  const earlier = await findCandidate(deps.versions, input);
  // It was made, and its time was taken, by an execution that did not end.
  if (earlier) return { ...earlier, workedMs: 0 };
  const begunMs = performance.now();
  const { result, object } = await runModel(deps, host, input, activity);
  const workedMs = Math.round(performance.now() - begunMs);
  const outcome = readOutcome(result, input);
  await sendOn(deps, input, result);
  // A run that goes on without its worker may have been overtaken meanwhile.
  if (outcome.kind === 'candidate' && specOf(host.backend).onShutdown === 'goesOn')
    await assertNewest(deps, host, input);
  await keepPlayOfRun(deps, input, result);
  const kept = await keepCandidate(deps.versions, input, object, outcome, activity.signal);
  return { ...kept, workedMs };
}

/** Appends the text that no instance of the API has taken, before what follows it (D1). */
async function sendOn(
  { stream, log }: AgentDeps,
  { jobId, attempt }: RunAgentInput,
  result: unknown,
): Promise<void> {
  const { unsent } = WithUnsent.parse(result);
  if (unsent === undefined) return;
  const { fromSeq, events } = unsent;
  const sent = stream.append(jobId, attempt, fromSeq, events);
  await sent.catch(warned(log, { jobId }, 'the last text of a run is not shown'));
}

async function assertNewest(
  { store }: AgentDeps,
  { backend }: RunnerHost,
  { jobId, attempt }: RunAgentInput,
): Promise<void> {
  if (!(await store.jobs.takeSlot(jobId, attempt, backend))) throw superseded(attempt);
}

/** Throws the runner's failure, after what the run had made is kept. */
async function runModel(
  deps: AgentDeps,
  host: RunnerHost,
  input: RunAgentInput,
  activity: LongActivity,
): Promise<RunnerAnswer> {
  const { store, versions, log } = deps;
  const { jobId, userId, projectId, attempt, limitMs } = input;
  const callId = callIdFor(jobId, attempt);
  const late = limitMs === undefined ? null : AbortSignal.timeout(limitMs);
  const signal = late ? AbortSignal.any([activity.signal, late]) : activity.signal;
  const run = { command: 'generate', callId, jobId, attempt, backend: host.backend } as const;
  try {
    return await sayingWhatItDoes(store, input, activity, () =>
      inRunnerSpan(run, () =>
        host.run(
          {
            ...{ callId, userId, attempt: { jobId, projectId, number: attempt }, does: 'generate' },
            input: (_game, place) =>
              runnerInput(deps, host, input, place, limitMs ?? activity.limitMs),
          },
          { ...activity, signal },
        ),
      ),
    );
  } catch (error) {
    // What cannot be kept changes nothing about why the run failed.
    if (error instanceof FailedRun && error.made)
      await keepFailed(versions, input, error.made).catch(
        warned(log, { jobId }, 'what a failed run made is not kept'),
      );
    if (!late?.aborted || activity.signal.aborted) throw error;
    const details = error instanceof AppError ? error.details : {};
    throw new AppError('RunTimedOut', 'the job has no time left', details);
  }
}

async function runnerInput(
  deps: AgentDeps,
  host: RunnerHost,
  input: RunAgentInput,
  place: RunPlace,
  timeMs: number,
): Promise<GenerateInput> {
  const { config, versions } = deps;
  const { listenerUrl } = input;
  const { scratchDir, objectFile, failedFile } = place;
  const kept = await keptForRun(deps, input);
  const parcels = await place.put(await parcelsFor(versions, input, kept.left));
  const at = {
    ...{ scratchDir, objectFile, failedFile, ...parcels },
    callbackBaseUrl: host.reachable(config.CALLBACK_BASE_URL),
    listenerBaseUrl: (listenerUrl && host.reachable(listenerUrl)) ?? undefined,
    plays: await playsFor(deps, host, input, place, timeMs),
  };
  return generateInput(config, input, at, kept);
}

/** What the run may play; null = nothing. A game's own assets are those of its parent. */
async function playsFor(
  deps: AgentDeps,
  { backend }: RunnerHost,
  { spec: { parent }, ...ref }: RunAgentInput,
  { assetsOf }: RunPlace,
  timeMs: number,
): Promise<RunPlays | null> {
  const { PLAY_GAMES, RUN_PLAYS: count, PLAY_LIVES: lives } = deps.config;
  if (!specOf(backend).playsInRuns || !PLAY_GAMES || count === 0) return null;
  const known = parent === null ? null : await parentOfPlay(deps, { ...ref, parent });
  const assets = known ? await assetsOf(known.version) : [];
  return { count, timeMs, asksSlot: true, lives, assets, tapes: known?.tapes ?? null };
}

/** What runs of this worker are made by, on either backend. */
export async function readRunBy({ CLAUDE_MODEL }: WorkerConfig): Promise<RunBy> {
  const { claudeCode, version } = (await runnerBundle()).manifest;
  return { model: CLAUDE_MODEL, claudeCode, runner: version };
}

/** Adds to every result of a run what it was made by. */
export function runBy(by: RunBy): Arounds {
  return { runAgent: async (_input, run) => ({ ...(await run()), by }) };
}
