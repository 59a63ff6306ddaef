import { z } from 'zod';
import type { WorkerConfig } from '../../../config.js';
import { crashPoint } from '../../../process/crash-points.js';
import type { PendingQuestion } from '../../../contracts/wire/frames.js';
import type { RevisionRow } from '../../../contracts/rows/rows.js';
import { AppError } from '../../../contracts/base/errors.js';
import { summaryOf } from '../../../contracts/game/play.js';
import { BAR } from '../../../contracts/messages/bar.js';
import { message } from '../../../contracts/messages/message.js';
import { projected, ProjectSpec } from '../../../contracts/rows/projects.js';
import { lastLines, spokenLanguage, type ChatLine } from '../../../domain/chat/chat-lines.js';
import { chatPrompt, chatSystemPrompt } from '../../../domain/chat/chat-prompt.js';
import {
  decidePlan,
  planLanguage,
  type PlanDecision,
  type PlanInput,
} from '../../../domain/generation/generation-plan.js';
import { styleOptions } from '../../../domain/styles/styles.js';
import { isDefaultName } from '../../../domain/game/game-title.js';
import { checksOfChange } from '../../../domain/playing/judging.js';
import type { Language } from '../../../contracts/base/language.js';
import type { Assets } from '../../../objects/assets.js';
import type { Store } from '../../../store/index.js';
import type { StreamWriter } from '../../../stream/writer.js';
import type { Versions } from '../../../versions/kept/versions.js';
import { plannedAttachments } from './attachments.js';
import { createModel, readJson } from './ask-model.js';
import type { Answer, JobActivities } from '../../ports/job-port.js';
import type { GenerationPlan, PlanGenerationInput } from '../../ports/plan-port.js';
import { keptBrief, projectTexts } from '../projects/game-texts.js';
import { payText, type JobTextDeps } from '../jobs/job-texts.js';
import { streamProgress, tellProgress } from '../jobs/progress.js';
import { toldHistory } from './told-history.js';

const MAX_ANSWER_TOKENS = 1_500;
/** Of the project's files, what an answer is based on. */
const MAX_PROJECT_BYTES = 160 * 1024;
/** Places of the opening events (attempt 0); fixed, so that a repeated activity repeats them. */
const STARTED = { attempt: 0, seq: 1 };
const PLANNED = { attempt: 0, seq: 3 };
const CHECKING = { progress: BAR.reads, message: message('STEP_CHECKING') };
const PREPARING = { progress: BAR.reads, message: message('STEP_PREPARING') };
const ANSWERING = { progress: BAR.answers, message: message('STEP_ANSWERING') };
/** Limit of each chat line in the input of a change; the plan is part of the job's history. */
const SPEC_LINE_CHARS = 200;

export interface PlanningDeps extends JobTextDeps {
  config: JobTextDeps['config'] &
    Pick<WorkerConfig, 'PLAY_GAMES' | 'PLAY_SEARCH_LIVES' | 'DRAW_SPRITES' | 'GEMINI_API_KEY'>;
  store: JobTextDeps['store'] & Pick<Store, 'jobs' | 'reads' | 'revisions' | 'assets' | 'projects'>;
  versions: Versions;
  assets: Pick<Assets, 'read'>;
  stream: StreamWriter;
}

/** Deciding what a message becomes, and answering questions in words. */
export function planningActivities(
  deps: PlanningDeps,
): Pick<JobActivities, 'startProcessing' | 'planGeneration' | 'answerQuestion'> {
  const askModel = createModel(deps.config);
  return {
    async startProcessing({ jobId }) {
      await deps.store.jobs.startProcessing(jobId, false, CHECKING);
      crashPoint('after-processing');
      await streamProgress(deps, jobId, STARTED, CHECKING, [{ type: 'started' }]);
    },

    planGeneration: (input) => planGeneration(deps, input),

    async answerQuestion({ jobId, projectId, content, language = 'ja' }) {
      const [prompt] = await Promise.all([
        questionPrompt(deps, projectId, content),
        tellProgress(deps, jobId, PLANNED, ANSWERING),
      ]);
      const question = {
        system: chatSystemPrompt(language),
        content: prompt,
        maxTokens: MAX_ANSWER_TOKENS,
      };
      return parseAnswer(await payText(deps, { jobId, text: 'answer' }, () => askModel(question)));
    },
  };
}

async function planGeneration(
  deps: PlanningDeps,
  input: PlanGenerationInput,
): Promise<GenerationPlan> {
  const { store } = deps;
  const { projectId, content, selectedStyle, autoFix } = input;
  const { project, head: parent, history } = await store.reads.projectState(projectId);
  if (!project) throw new AppError('ACCESS_DENIED', 'the project is gone');
  const question = {
    content,
    isNewProject: parent === null,
    selectedStyle,
    autoFix,
    skipStyleSelection: input.skipStyleSelection === true,
    pending: project.pending_question,
    reading: input.reading ?? null,
    spokenBefore: spokenLanguage(history),
  };
  const decision = decidePlan(question);
  const language = planLanguage(question);
  const look = lookOf(decision, question);
  if (decision.kind === 'generate')
    await prepare(deps, input, { language, look: decision.look && look });
  const plan = planOf(decision, {
    look,
    ofProject: projected(ProjectSpec, project),
    hasDefaultName: isDefaultName(project.name),
    autoFix,
    parent: parent?.revision ?? null,
    screenshot: parent?.screenshot ?? null,
    language,
    lines: lastLines(await toldHistory(store, projectId, history), {
      chars: SPEC_LINE_CHARS,
      before: content,
    }),
    checks: decision.kind === 'generate' ? await checksBefore(deps, input, parent) : [],
  });
  if (plan.kind !== 'generate') return plan;
  const { request } = plan.spec;
  const { sentBy = input.userId } = input;
  const attached = autoFix ? null : await plannedAttachments(deps, sentBy, request);
  const { DRAW_SPRITES, GEMINI_API_KEY } = deps.config;
  const isDesigned = parent === null && !autoFix;
  return {
    ...plan,
    // A model that could not read the message is not waited for once more.
    ...(isDesigned ? { design: input.reading ? 'model' : 'rules' } : {}),
    ...(isDesigned && DRAW_SPRITES && GEMINI_API_KEY !== undefined ? { drawsSprites: true } : {}),
    ...(attached && { attached }),
    ...playPlan(deps.config, parent),
  };
}

/** A game is to be made: its job needs a slot. `look`: what its player has not been shown yet. */
async function prepare(
  deps: PlanningDeps,
  { jobId, projectId }: PlanGenerationInput,
  { language, look }: Pick<Planned, 'language' | 'look'>,
): Promise<void> {
  if (look) await deps.store.projects.setPendingQuestion(projectId, look);
  await deps.store.jobs.startProcessing(jobId, true, PREPARING, language);
  await streamProgress(deps, jobId, PLANNED, { ...PREPARING, ...(look && { look }) });
}

/** Whether the game is played (J1), and its version searched afterwards (P3). */
function playPlan(
  { PLAY_GAMES, PLAY_SEARCH_LIVES }: PlanningDeps['config'],
  head: RevisionRow | null,
): Pick<Extract<GenerationPlan, { kind: 'generate' }>, 'play'> {
  if (!PLAY_GAMES) return {};
  const parent = head?.play ? summaryOf(head.play) : null;
  return { play: { parent, ...(PLAY_SEARCH_LIVES > 0 && { isSearched: true }) } };
}

/** What is true of the game that is changed; none before the first version. */
async function checksBefore(
  deps: PlanningDeps,
  job: PlanGenerationInput,
  head: RevisionRow | null,
): Promise<string[]> {
  if (head === null) return [];
  return checksOfChange(
    await keptBrief(deps, { ...job, revision: head.revision }),
    head.play ?? null,
  );
}

/** What was chosen now, else earlier, for a game that goes on; null = nothing was. */
function lookOf(decision: PlanDecision, { pending }: Pick<PlanInput, 'pending'>): Planned['look'] {
  const earlier = pending?.type === 'look' ? pending : null;
  if (decision.kind !== 'generate' || decision.look === null) return earlier;
  const { look, request } = decision;
  return { type: 'look', ...look, styles: styleOptions(look.dimension), request };
}

interface Planned {
  look: Extract<PendingQuestion, { type: 'look' }> | null;
  ofProject: ProjectSpec;
  hasDefaultName: boolean;
  autoFix: boolean;
  parent: string | null;
  screenshot: string | null;
  language: Language;
  lines: ChatLine[];
  checks: string[];
}

function planOf(decision: PlanDecision, planned: Planned): GenerationPlan {
  const { hasDefaultName, autoFix, parent, language, lines, checks, ofProject } = planned;
  const { screenshot } = planned;
  const look = planned.look && { look: planned.look };
  switch (decision.kind) {
    case 'chat':
      return { kind: 'chat', language, ...look };
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
      const { request, meaning, dimension, style } = decision;
      const spec = { request, dimension, styleId: style?.id ?? null, autoFix, parent, language };
      const changes = {
        ...(meaning === null ? {} : { meaning }),
        ...(parent === null ? {} : { lines }),
        ...(checks.length === 0 ? {} : { checks }),
        ...(screenshot !== null && { screenshot }),
      };
      return {
        kind: 'generate',
        hasDefaultName,
        spec: { ...ofProject, ...spec, ...changes },
        ...look,
      };
    }
  }
}

async function questionPrompt(
  { store, versions }: PlanningDeps,
  projectId: string,
  question: string,
): Promise<string> {
  const { project, head, history } = await store.reads.projectState(projectId);
  const version = head && { projectId, revision: head.revision };
  const files = await projectTexts(versions, version, MAX_PROJECT_BYTES);
  const told = await toldHistory(store, projectId, history);
  return chatPrompt({ question, projectName: project?.name ?? '', files, history: told });
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
