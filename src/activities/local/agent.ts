import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Context } from '@temporalio/activity';
import { callbackKeyOf } from '../../contracts/callback-signature.js';
import { GenerateResult, RUNNER_ENV, type GenerateInput } from '../../contracts/runner.js';
import { DreamError } from '../../contracts/errors.js';
import { callIdFor } from '../../contracts/ids.js';
import { generationPrompt, systemPrompt } from '../../domain/prompt.js';
import { findStyle, styleDocument } from '../../domain/styles.js';
import type { WorkerConfig } from '../../config.js';
import type { Mirror } from '../../store/mirror.js';
import type { Store } from '../../store/index.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

const HEARTBEAT_MS = 1_000;
/** Patience with an API that cannot be reached when a run ends; the result is the truth, the stream is for display. */
const CALLBACK_DRAIN_MS = 5_000;

export interface AgentDeps { config: WorkerConfig; store: Store; mirror: Mirror; runner: RunnerProgram }

/** Runs the model on this machine, in the sandbox, beside the mirror's own repository (E1). */
export function localAgentActivities(deps: AgentDeps): AgentActivities {
  return { runAgent: (input) => runAgent(deps, input) };
}

async function runAgent({ config, store, mirror, runner }: AgentDeps, input: RunAgentInput): Promise<RunAgentOutcome> {
  const context = Context.current();
  const callId = callIdFor(input.jobId, input.attempt);
  const beat = setInterval(() => context.heartbeat({ callId }), HEARTBEAT_MS);
  try {
    context.heartbeat({ callId });
    await store.jobs.takeSlot(input.jobId, input.attempt);
    const repoDir = await mirror.ensure(input.userId, input.projectId);
    const raw = await startRunner({
      program: runner,
      input: generateInput(config, input, callId, repoDir),
      env: runnerEnv(config, callId),
      signal: context.cancellationSignal,
    });
    return asOutcome(GenerateResult.parse(raw), input);
  } catch (error) {
    // A worker that is shutting down stops its runs; they are not cancelled jobs and another worker goes on.
    if (context.cancellationDetails?.workerShutdown) throw new DreamError('RunCrashed', 'the worker was shut down');
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(beat);
    // The runner removes it, unless it was killed. What we cannot remove either is left to `collectGarbage`.
    await rm(scratchDirOf(config, callId), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

function scratchDirOf({ DATA_DIR }: WorkerConfig, callId: string): string {
  return path.join(DATA_DIR, 'scratch', callId);
}

function generateInput(config: WorkerConfig, input: RunAgentInput, callId: string, repoDir: string): GenerateInput {
  const { spec } = input;
  const style = spec.styleId && spec.dimension ? findStyle(spec.dimension, spec.styleId) : null;
  return {
    command: 'generate', jobId: input.jobId, attempt: input.attempt, callId, repoDir, parent: spec.parent,
    scratchDir: scratchDirOf(config, callId),
    prompt: generationPrompt({ request: spec.request, dimension: spec.dimension, style, autoFix: spec.autoFix }),
    systemPrompt: systemPrompt(spec.parent === null),
    // A version is named after what was wished for, also when the message was only the answer to a question.
    userText: spec.request,
    extraFiles: style && spec.dimension ? [{ path: 'STYLE.md', content: styleDocument(spec.dimension, style) }] : [],
    model: config.CLAUDE_MODEL,
    limits: {
      maxTurns: config.CLAUDE_MAX_TURNS, maxBudgetUsd: config.CLAUDE_MAX_BUDGET_USD,
      startTimeoutMs: config.START_TIMEOUT_MS, noProgressTimeoutMs: config.NO_PROGRESS_TIMEOUT_MS, callbackDrainMs: CALLBACK_DRAIN_MS,
    },
    callbackUrl: `${config.CALLBACK_BASE_URL}/callback/${input.jobId}`,
    wantBundle: false,
  };
}

function runnerEnv(config: WorkerConfig, callId: string): Record<string, string> {
  return {
    [RUNNER_ENV.modelKey]: config.ANTHROPIC_API_KEY,
    [RUNNER_ENV.modelBaseUrl]: config.ANTHROPIC_BASE_URL,
    [RUNNER_ENV.callbackKey]: callbackKeyOf(config.CALLBACK_SECRET, callId).toString('hex'),
  };
}

function asOutcome(result: GenerateResult, input: RunAgentInput): RunAgentOutcome {
  if (result.kind === 'answer') return result;
  if (result.parent !== input.spec.parent) throw new DreamError('CandidateInvalid', 'the candidate does not start from the expected version');
  const { revision, summary, suggestions, usage } = result;
  return { kind: 'candidate', revision, summary, suggestions, usage };
}
