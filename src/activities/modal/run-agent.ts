import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { MODAL_FUNCTION, volumeRepoOf } from '../../contracts/execution/modal.js';
import type { GenerateInput } from '../../contracts/execution/runner.js';
import { candidateRef } from '../../git/job-refs.js';
import type { Log } from '../../telemetry/log.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
import { sayingWhatItDoes } from '../frame/say-doing.js';
import { rowOfJob, stallDetector } from '../frame/stall-detector.js';
import { inRunnerSpan } from '../frame/trace.js';
import { generateInput, readOutcome, startOf, superseded } from '../runner-input/generate-input.js';
import { keptForRun, type KeptForRun } from '../runner-input/kept-for-run.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import type { ModalAnswer, ModalCalls } from './call.js';
import { callbackBaseUrl } from './callback-url.js';
import { durableCall } from './durable-call.js';
import { missingCommits } from './missing-commits.js';

export interface ModalAgentDeps {
  config: WorkerConfig;
  store: Pick<Store, 'jobs' | 'modalCalls' | 'volumeHeads'>;
  mirror: Mirror;
  calls: ModalCalls;
  images: Pick<ActionImages, 'read'>;
  records: PlayRecords;
  log: Log;
}

/**
 * Runs the model in a container on the user's own Volume and brings the candidate home (E1, E6).
 */
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
          const answer = await sayingWhatItDoes(deps.store, input, activity, () =>
            inRunnerSpan({ ...run, backend: 'modal' }, () => callAgent(deps, input, activity)),
          );
          return bringHome(deps, input, answer);
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
      prepare: async (sendsEverything) => ({
        input: runnerInput(config, input, await keptForRun(deps, input)),
        bundle: await missingCommits(deps, input, startOf(input), sendsEverything),
      }),
      ...(isHeard ? { watch: stallDetector(rowOfJob(store, input), config, log) } : {}),
    },
    activity,
  );
}

function runnerInput(config: WorkerConfig, input: RunAgentInput, kept: KeptForRun): GenerateInput {
  const place = {
    repoDir: volumeRepoOf(input.projectId),
    // The container puts the scratch folder into its own temp folder.
    scratchDir: '',
    callbackBaseUrl: callbackBaseUrl(config),
    wantBundle: true,
  };
  return generateInput(config, input, place, kept);
}

/** From here on everything is as if the run had been made in the mirror itself. */
async function bringHome(
  deps: ModalAgentDeps,
  input: RunAgentInput,
  { result, bundle }: ModalAnswer,
): Promise<RunAgentOutcome> {
  const { userId, projectId, spec } = input;
  const outcome = readOutcome(result, input);
  if (outcome.kind === 'answer') return outcome;
  await assertNewest(deps, input);
  if (bundle) await importCandidate(deps, input, outcome.revision, bundle);
  await deps.mirror.assertRevision(userId, projectId, outcome.revision, spec.parent);
  return outcome;
}

async function importCandidate(
  { mirror, calls }: ModalAgentDeps,
  { userId, projectId, jobId, attempt }: RunAgentInput,
  want: string,
  bytes: Uint8Array,
): Promise<void> {
  const ref = candidateRef(jobId, attempt);
  try {
    await mirror.importBundle(userId, projectId, { bytes, want, ref });
  } catch (error) {
    // The mirror lost what the candidate builds on; the Volume has all of it.
    if (!(error instanceof AppError) || error.kind !== 'RevisionMissing') throw error;
    const input = {
      command: 'git',
      op: 'bundle',
      repoDir: volumeRepoOf(projectId),
      have: null,
      want,
      file: '',
    } as const;
    const whole = await calls.run({ userId, fn: MODAL_FUNCTION.git, input }, z.unknown());
    if (!whole.bundle) throw error;
    await mirror.importBundle(userId, projectId, { bytes: whole.bundle, want, ref });
  }
}
