import { BRIEF_FILE, spritePath } from '../../contracts/game/brief.js';
import {
  GenerateResult,
  type GenerateInput,
  type RunPlays,
} from '../../contracts/execution/runner.js';
import { AppError } from '../../contracts/base/errors.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { earlierTry } from '../../domain/generation/earlier-try.js';
import {
  generationPrompt,
  playRules,
  systemPrompt,
} from '../../domain/generation/generation-prompt.js';
import { repairPrompt } from '../../domain/playing/repair-prompt.js';
import {
  skillRules,
  skillsFor,
  skillsOfBrief,
  dimensionOf,
  type Skill,
  type SkillStep,
} from '../../domain/generation/skills.js';
import { findStyle, styleDocument, type StylePreset } from '../../domain/styles/styles.js';
import { traceparentOf } from '../../contracts/durable/traces.js';
import type { WorkerConfig } from '../../config.js';
import { currentSpan } from '../../telemetry/tracing.js';
import { resultOf } from '../hosted/host.js';
import type { GenerationSpec } from '../ports/plan-port.js';
import type { RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import type { KeptForRun } from './kept-for-run.js';

/**
 * Patience with an API that cannot be reached when a run ends; the result is the truth, the stream
 * is for display.
 */
const CALLBACK_DRAIN_MS = 5_000;

/** What the pinned program takes by itself for the model that games are written with. */
const EFFORT = 'medium';

/** Where an attempt works, and where it sends events. */
export interface WorkPlace extends Pick<
  GenerateInput,
  'scratchDir' | 'parcelFile' | 'fromParcelFile' | 'leftParcelFile' | 'objectFile' | 'failedFile'
> {
  /** Null = the API cannot be reached from there. */
  readonly callbackBaseUrl: string | null;
  /** The instance that is tried first; left out where it cannot be reached. */
  readonly listenerBaseUrl?: string | undefined;
  /** What the model may play there; null = nothing. */
  readonly plays: RunPlays | null;
}

/** The runner's input for one attempt, the same for every backend. */
export function generateInput(
  config: WorkerConfig,
  input: RunAgentInput,
  { callbackBaseUrl, listenerBaseUrl, plays, ...files }: WorkPlace,
  kept: KeptForRun,
): GenerateInput {
  const { spec, repair } = input;
  const { sheet } = kept;
  const span = currentSpan();
  const style = spec.styleId && spec.dimension ? findStyle(spec.dimension, spec.styleId) : null;
  const step = stepOf(input);
  const skills = skillsOf(input, step, kept);
  return {
    command: 'generate',
    jobId: input.jobId,
    attempt: input.attempt,
    callId: callIdFor(input.jobId, input.attempt),
    ...files,
    parent: spec.parent,
    round: repair?.round ?? 0,
    from: repair?.from ?? null,
    left: kept.left,
    prompt: promptOf(input, style, kept),
    ...(sheet !== null && { sheet }),
    systemPrompt:
      systemPrompt(spec.parent === null && !repair, spec.language ?? 'ja') +
      skillRules(skills, step) +
      playRules(plays?.count ?? 0),
    // A version is named after what was wished for, also when the message was only the answer to a
    // question.
    userText: spec.request,
    extraFiles: filesOf(spec, style, kept),
    past: [...kept.past],
    model: config.CLAUDE_MODEL,
    ...(plays && { plays }),
    skills,
    effort: EFFORT,
    limits: {
      maxTurns: config.CLAUDE_MAX_TURNS,
      maxBudgetUsd: input.budgetUsd ?? config.CLAUDE_MAX_BUDGET_USD,
      startTimeoutMs: config.START_TIMEOUT_MS,
      noProgressTimeoutMs: config.NO_PROGRESS_TIMEOUT_MS,
      callbackDrainMs: CALLBACK_DRAIN_MS,
    },
    callbackUrl: callbackBaseUrl === null ? null : `${callbackBaseUrl}/callback/${input.jobId}`,
    ...(listenerBaseUrl && { listenerUrl: `${listenerBaseUrl}/callback/${input.jobId}` }),
    ...(span !== null && { traceparent: traceparentOf(span) }),
  };
}

function stepOf({ spec, repair }: RunAgentInput): SkillStep {
  if (repair) return 'repair';
  return spec.parent === null ? 'create' : 'edit';
}

function skillsOf({ spec }: RunAgentInput, step: SkillStep, kept: KeptForRun): Skill[] {
  if (spec.disableSkills) return [];
  const dimension = spec.dimension ?? dimensionOf(kept.past);
  return skillsFor({ step, dimension, ...skillsOfBrief(spec.brief ?? kept.brief) });
}

/** What is decided about the game stands beside it, for the run and for those after it. */
function filesOf(
  { dimension, brief }: GenerationSpec,
  style: StylePreset | null,
  { attached }: KeptForRun,
): GenerateInput['extraFiles'] {
  const files: GenerateInput['extraFiles'] = [];
  if (style && dimension)
    files.push({ path: 'STYLE.md', content: styleDocument(dimension, style) });
  if (brief) files.push({ path: BRIEF_FILE, content: `${JSON.stringify(brief, null, 2)}\n` });
  for (const { name, content } of attached)
    files.push({ path: spritePath(name), content, encoding: 'base64' });
  return files;
}

function promptOf(
  { spec, repair, ended }: RunAgentInput,
  style: StylePreset | null,
  { sheet, errors, attached, left }: KeptForRun,
): string {
  const { request, meaning, language = 'ja' } = spec;
  const isShown = sheet !== null;
  const prompt = repair
    ? repairPrompt({ request: meaning ?? request, ...repair, language, isShown })
    : generationPrompt({ ...spec, style, attached, errors, isShown });
  const before = earlierTry({ ended, isLeft: left !== null });
  return before === null ? prompt : `${prompt}\n\n${before}`;
}

/**
 * The runner's result as the workflow's. Throws `CandidateInvalid` for a candidate of
 * another version than asked for.
 */
export function readOutcome(raw: unknown, { spec }: RunAgentInput): RunAgentOutcome {
  const result = resultOf(GenerateResult, raw, 'run');
  if (result.kind === 'answer') {
    const { means, ...answer } = result;
    return { ...answer, ...(means && { means }) };
  }
  if (result.parent !== spec.parent)
    throw new AppError(
      'CandidateInvalid',
      'the candidate does not start from the expected version',
    );
  const { revision, summary, suggestions, usage, findings, means } = result;
  const made = {
    kind: 'candidate' as const,
    revision,
    summary,
    suggestions,
    usage,
    ...(means && { means }),
  };
  return findings.length > 0 ? { ...made, findings } : made;
}

/**
 * An attempt that was overtaken neither starts nor brings anything home: what it made can never be
 * published (C2).
 */
export function superseded(attempt: number): AppError {
  return new AppError('RunSuperseded', `attempt ${attempt} is not the newest of an active job`);
}
