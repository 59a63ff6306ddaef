import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import { crashPoint } from '../../crash-points.js';
import { AppError } from '../../contracts/errors.js';
import { decidePlan, type PlanDecision } from '../../domain/generation-plan.js';
import { CHAT_SYSTEM_PROMPT, chatPrompt } from '../../domain/generation-prompt.js';
import { DEFAULT_PROJECT_NAME } from '../../domain/game-title.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';
import { createModel, completeText, readJson } from './ask-model.js';
import type { Answer, GenerationPlan, JobActivities, PlanGenerationInput } from '../ports.js';
import { gameTexts } from './game-texts.js';

const MAX_ANSWER_TOKENS = 1_500;
/** Places of the opening events (attempt 0); fixed, so that a repeated activity repeats them. */
const STARTED_SEQ = 1;
const ANSWERING_SEQ = 3;

export interface PlanningDeps {
  config: Pick<
    WorkerConfig,
    'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'CHAT_MODEL' | 'CHAT_TIMEOUT_MS'
  >;
  store: Store;
  mirror: Mirror;
  stream: StreamWriter;
}

/** Deciding what a message becomes, and answering questions in words. */
export function planningActivities(
  deps: PlanningDeps,
): Pick<JobActivities, 'planGeneration' | 'answerQuestion'> {
  const anthropic = createModel(deps.config);
  return {
    planGeneration: (input) => planGeneration(deps, input),

    async answerQuestion({ jobId, userId, projectId, content }) {
      const message = '回答を考えています...';
      const [prompt] = await Promise.all([
        questionPrompt(deps, userId, projectId, content),
        deps.stream.append(jobId, 0, ANSWERING_SEQ, [{ type: 'progress', progress: 10, message }]),
        deps.store.jobs.noteProgress(jobId, null, 10, message),
      ]);
      return askModel(anthropic, deps.config.CHAT_MODEL, prompt);
    },
  };
}

async function planGeneration(
  deps: PlanningDeps,
  input: PlanGenerationInput,
): Promise<GenerationPlan> {
  const { store } = deps;
  const { jobId, projectId, content, selectedStyle, autoFix } = input;
  const [project, parent] = await Promise.all([
    store.projects.get(projectId),
    store.revisions.head(projectId),
  ]);
  if (!project) throw new AppError('ACCESS_DENIED', 'the project is gone');
  const pending = project.pending_question;
  const decision = decidePlan({
    content,
    isNewProject: parent === null,
    selectedStyle,
    autoFix,
    pending,
  });
  await store.jobs.startProcessing(jobId, decision.kind === 'generate');
  crashPoint('after-processing');
  await reportStart(deps, jobId, decision);
  return planOf(decision, {
    hasDefaultName: project.name === DEFAULT_PROJECT_NAME,
    autoFix,
    parent: parent?.revision ?? null,
  });
}

async function reportStart(
  { store, stream }: PlanningDeps,
  jobId: string,
  { kind }: PlanDecision,
): Promise<void> {
  const message = kind === 'generate' ? '準備しています...' : '内容を確認しています...';
  await Promise.all([
    stream.append(jobId, 0, STARTED_SEQ, [
      { type: 'started' },
      { type: 'progress', progress: 5, message },
    ]),
    store.jobs.noteProgress(jobId, null, 5, message),
  ]);
}

function planOf(
  decision: PlanDecision,
  project: { hasDefaultName: boolean; autoFix: boolean; parent: string | null },
): GenerationPlan {
  switch (decision.kind) {
    case 'chat':
      return { kind: 'chat' };
    case 'restoreProposal': {
      const { message, confirmLabel, cancelLabel } = decision;
      return {
        kind: 'restoreProposal',
        question: { type: 'restore', message, confirmLabel, cancelLabel },
      };
    }
    case 'question': {
      const { message, suggestions, request } = decision;
      return { kind: 'question', question: { type: 'dimension', message, suggestions, request } };
    }
    case 'generate': {
      const { request, dimension, style } = decision;
      const { hasDefaultName, autoFix, parent } = project;
      return {
        kind: 'generate',
        hasDefaultName,
        spec: { request, dimension, styleId: style?.id ?? null, autoFix, parent },
      };
    }
  }
}

async function questionPrompt(
  { store, mirror }: PlanningDeps,
  userId: string,
  projectId: string,
  question: string,
): Promise<string> {
  const [project, history, head] = await Promise.all([
    store.projects.get(projectId),
    store.chatHistory.last(projectId),
    store.revisions.head(projectId),
  ]);
  const texts = gameTexts(mirror, userId, projectId, head?.revision ?? null);
  const [spec, code] = await Promise.all([texts.spec(), texts.page()]);
  return chatPrompt({ question, projectName: project?.name ?? '', spec, code, history });
}

async function askModel(anthropic: Anthropic, model: string, prompt: string): Promise<Answer> {
  return parseAnswer(
    await completeText(anthropic, {
      model,
      max_tokens: MAX_ANSWER_TOKENS,
      system: CHAT_SYSTEM_PROMPT,
      messages: [{ role: 'user', content: prompt }],
    }),
  );
}

const AnswerJson = z.object({
  message: z.string().min(1),
  suggestions: z.array(z.string()).catch([]),
});

/** The JSON that was asked for; a model that answers in plain words is taken at its word. */
export function parseAnswer(text: string): Answer {
  const { value } = readJson(text, AnswerJson);
  if (value === null) return { message: text, suggestions: [] };
  return {
    message: value.message.trim(),
    suggestions: value.suggestions
      .map((line) => line.replace(/\n/g, ' ').trim())
      .filter(Boolean)
      .slice(0, 3),
  };
}
