import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CancelledFailure, Context } from '@temporalio/activity';
import { callbackKeyOf } from '../../contracts/signatures.js';
import { RUNNER_ENV } from '../../contracts/runner.js';
import { AppError } from '../../contracts/errors.js';
import { callIdFor } from '../../contracts/ids.js';
import type { WorkerConfig } from '../../config.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import { generateInput, readOutcome, superseded } from '../runner/generate-input.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

const HEARTBEAT_MS = 1_000;

export interface AgentDeps {
  config: WorkerConfig;
  store: Store;
  mirror: Mirror;
  runner: RunnerProgram;
}

/** Runs the model on this machine, in the sandbox, beside the mirror's own repository (E1). */
export function localAgentActivities(deps: AgentDeps): AgentActivities {
  return { runAgent: (input) => runAgent(deps, input) };
}

async function runAgent(
  { config, store, mirror, runner }: AgentDeps,
  input: RunAgentInput,
): Promise<RunAgentOutcome> {
  const context = Context.current();
  const callId = callIdFor(input.jobId, input.attempt);
  const beat = setInterval(() => context.heartbeat({ callId }), HEARTBEAT_MS);
  try {
    context.heartbeat({ callId });
    if (!(await store.jobs.takeSlot(input.jobId, input.attempt))) throw superseded(input.attempt);
    const repoDir = await mirror.ensure(input.userId, input.projectId);
    if (input.spec.parent !== null)
      await mirror.assertHere(input.userId, input.projectId, input.spec.parent);
    const raw = await startRunner({
      program: runner,
      input: generateInput(config, input, {
        repoDir,
        scratchDir: scratchDirOf(config, callId),
        callbackBaseUrl: config.CALLBACK_BASE_URL,
        wantBundle: false,
      }),
      env: runnerEnv(config, callId),
      signal: context.cancellationSignal,
    });
    return readOutcome(raw, input);
  } catch (error) {
    // A worker that is shutting down stops its runs; they are not cancelled jobs and another worker
    // goes on.
    const details = error instanceof AppError ? error.details : {};
    if (context.cancellationDetails?.workerShutdown)
      throw new AppError('RunCrashed', 'the worker was shut down', details);
    if (context.cancellationSignal.aborted)
      throw new CancelledFailure('the run was stopped', [], error as Error);
    throw error;
  } finally {
    clearInterval(beat);
    // The runner removes it, unless it was killed. What we cannot remove either is left to
    // `collectGarbage`.
    await rm(scratchDirOf(config, callId), { recursive: true, force: true, maxRetries: 3 }).catch(
      () => undefined,
    );
  }
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
