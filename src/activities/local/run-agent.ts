import { rm } from 'node:fs/promises';
import path from 'node:path';
import { callbackKeyOf } from '../../contracts/base/signatures.js';
import { RUNNER_ENV } from '../../contracts/execution/runner.js';
import { callIdFor } from '../../contracts/base/ids.js';
import type { WorkerConfig } from '../../config.js';
import type { Log } from '../../telemetry/log.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import { longActivity } from '../frame/long-activity.js';
import { sayingWhatItDoes } from '../frame/say-doing.js';
import { inRunnerSpan } from '../frame/trace.js';
import { generateInput, readOutcome, startOf, superseded } from '../runner-input/generate-input.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import { keptForRun } from '../runner-input/kept-for-run.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

export interface AgentDeps {
  config: WorkerConfig;
  store: Pick<Store, 'jobs'>;
  mirror: Mirror;
  runner: RunnerProgram;
  images: Pick<ActionImages, 'read'>;
  records: PlayRecords;
  log: Log;
}

/** Runs the model on this machine, in the sandbox, beside the mirror's own repository (E1). */
export function localAgentActivities(deps: AgentDeps): AgentActivities {
  return { runAgent: (input) => runAgent(deps, input) };
}

async function runAgent(deps: AgentDeps, input: RunAgentInput): Promise<RunAgentOutcome> {
  const { config, store, mirror, runner } = deps;
  const { jobId, userId, projectId, attempt } = input;
  const callId = callIdFor(jobId, attempt);
  const scratchDir = scratchDirOf(config, callId);
  // The runner removes it, unless it was killed. What cannot be removed is left to
  // `collectGarbage`.
  const cleanUp = () =>
    rm(scratchDir, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  const frame = { onShutdown: 'stops', details: { callId }, cleanUp } as const;
  return longActivity(frame, async (activity) => {
    if (!(await store.jobs.takeSlot(jobId, attempt, 'local'))) throw superseded(attempt);
    const repoDir = await mirror.ensure(userId, projectId);
    const startsFrom = startOf(input);
    if (startsFrom !== null) await mirror.assertHere(userId, projectId, startsFrom);
    const place = {
      repoDir,
      scratchDir,
      wantBundle: false,
      callbackBaseUrl: config.CALLBACK_BASE_URL,
    };
    const kept = await keptForRun(deps, input);
    const raw = await sayingWhatItDoes(store, input, activity, () =>
      inRunnerSpan({ command: 'generate', callId, jobId, attempt, backend: 'local' }, () =>
        startRunner({
          program: runner,
          input: generateInput(config, input, place, kept),
          env: runnerEnv(config, callId),
          signal: activity.signal,
        }),
      ),
    );
    return readOutcome(raw, input);
  });
}

function scratchDirOf({ DATA_DIR }: WorkerConfig, callId: string): string {
  return path.join(DATA_DIR, 'scratch', callId);
}

function runnerEnv(config: WorkerConfig, callId: string): Record<string, string> {
  return {
    [RUNNER_ENV.modelKey]: config.ANTHROPIC_API_KEY,
    [RUNNER_ENV.modelBaseUrl]: config.ANTHROPIC_BASE_URL,
    [RUNNER_ENV.callbackKey]: callbackKeyOf(config.CALLBACK_SECRET, callId).toString('hex'),
  };
}
