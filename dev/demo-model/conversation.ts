import { answerChat } from './chat.js';
import {
  answerPublishInfo,
  answerVideoWords,
  wantsPublishInfo,
  wantsVideoWords,
} from './publish-info.js';
import { castOf } from './edits/attached.js';
import { planEdits, type EditPlan } from './edits/plan.js';
import { GameSource } from './edits/source.js';
import { composeGame } from './games/compose.js';
import { answerDesign, wantsDesign } from './design.js';
import { curesFor } from './faulty-games.js';
import { answerJudging, wantsJudging } from './judging.js';
import { answerReading, wantsReading } from './reading.js';
import { readPrompt, type AskedFor } from './request-text.js';
import { both, filled } from './languages.js';
import { TEXTS } from './tables.js';
import { dimensionOf } from './theme/genres.js';
import { themeFromText } from './theme/theme.js';
import type { Theme } from './theme/types.js';
import {
  createdText,
  editedText,
  mendedText,
  notUnderstoodText,
  planText,
  requestInSpec,
  specText,
} from './words.js';
import { nextWishes } from './wishes.js';
import {
  readConversation,
  type AnswerBlock,
  type Conversation,
  type MessagesRequest,
  type Step,
  type Turn,
} from './wire/messages.js';

const INDEX = 'index.html';
const SPEC = 'specs/game.md';
/** Its tool that plays the game, in runs that have it. */
const PLAY = 'mcp__game__play';

const say = (text: string, share = 0.06): AnswerBlock => ({ type: 'text', text, share });
const use = (name: string, input: Record<string, unknown>, share = 0.03): AnswerBlock => ({
  type: 'tool_use',
  name,
  input,
  share,
});
const endTurn = (text: string): Turn => ({ blocks: [say(text, 0.1)], stopReason: 'end_turn' });
const toolTurn = (...blocks: AnswerBlock[]): Turn => ({ blocks, stopReason: 'tool_use' });

const isAbout = (step: Step, path: string): boolean =>
  typeof step.input.file_path === 'string' &&
  (step.input.file_path === path || step.input.file_path.endsWith(`/${path}`));
const stepOf = (steps: readonly Step[], tool: string, path?: string): Step | undefined =>
  steps.find((step) => step.tool === tool && (path === undefined || isAbout(step, path)));

/**
 * The file's own text out of what the Read tool shows: each line stands behind its number and a tab
 * or an arrow.
 */
export function textOfRead(output: string): string {
  const lines = output.split('\n').map((line) => /^\s*\d+(?:\t|→)(.*)$/s.exec(line)?.[1] ?? null);
  const kept = lines.filter((line): line is string => line !== null);
  return kept.length === 0 ? output : kept.join('\n');
}

/** "Make a maze game", and not "make the game faster", nor "a boss for the game". */
const ANOTHER_GAME = new RegExp(
  '作り直|作りなお|新しいゲーム|別のゲーム|ゲームを(?:新しく)?(?:作|つく)|new game' +
    '|\\b(?:make|create|build)\\b(?: me| us| it| this)?(?: into)? (?:an?|another)\\b' +
    '.*(?<!\\b(?:the|this|my|our) )\\bgame\\b(?! over)',
  'i',
);

/** "Make it 3D", and nothing else. */
const MAKE_IT_3D = /^(?:please )?make (?:it|this|the game) (?:in |into )?[23]d(?: please)?\W*$/i;

/** Whether a request is for another game rather than for a change of this one. */
export function wantsNewGame(request: string): boolean {
  const text = request.normalize('NFKC');
  if (ANOTHER_GAME.test(text) || MAKE_IT_3D.test(text)) return true;
  return /[23]d(?:に|へ|化|版|ゲームに)/i.test(text) && dimensionOf(text) !== null;
}

/**
 * A new game in place of an old one keeps the old wish when the new words only speak of the
 * dimension ("3Dにして", "Make it 3D").
 */
function askedAnew(asked: AskedFor, spec: string | null): AskedFor {
  const words = asked.request.normalize('NFKC');
  const isBare = /^.{0,8}[23]\s*d(?:に|へ|化|版).{0,12}$/is.test(words) || MAKE_IT_3D.test(words);
  const old = isBare && spec !== null ? requestInSpec(spec) : undefined;
  if (old === undefined) return asked;
  return { ...asked, request: old, dimension: asked.dimension ?? dimensionOf(asked.request) };
}

function writeGame(theme: Theme, asked: AskedFor, opening: string): Turn {
  return toolTurn(
    say(opening, 0.08),
    use(
      'Write',
      {
        file_path: INDEX,
        content: composeGame(theme, asked.images, castOf(asked.request, asked.attached)),
      },
      0.76,
    ),
    use('Write', { file_path: SPEC, content: specText(theme) }, 0.06),
  );
}

function afterWriting(steps: readonly Step[], theme: Theme, asked: AskedFor): Turn {
  const written = stepOf(steps, 'Write', INDEX);
  return endTurn(
    written?.isError === true
      ? filled(TEXTS.cannotWrite, { reason: written.output.slice(0, 200) })[asked.language]
      : createdText(theme, asked.language),
  );
}

interface ProjectFiles {
  index: string;
  spec: string | null;
}

function readFiles(steps: readonly Step[]): ProjectFiles | null {
  const index = stepOf(steps, 'Read', INDEX);
  if (!index || index.isError) return null;
  const spec = stepOf(steps, 'Read', SPEC);
  return {
    index: textOfRead(index.output),
    spec: spec && !spec.isError ? textOfRead(spec.output) : null,
  };
}

function editTurn(plan: Pick<EditPlan, 'edits' | 'specEdits'>, { language }: AskedFor): Turn {
  const edit =
    (path: string) =>
    ({ oldString, newString }: { oldString: string; newString: string }) =>
      use('Edit', { file_path: path, old_string: oldString, new_string: newString }, 0.08);
  return toolTurn(
    say(both(TEXTS.changesNow)[language]),
    ...plan.edits.map(edit(INDEX)),
    ...plan.specEdits.map(edit(SPEC)),
  );
}

/** What plays have found is taken out of the page, as far as it is named. */
function mendTurn(steps: readonly Step[], files: ProjectFiles, asked: AskedFor): Turn {
  const cures = curesFor(files.index, asked.found);
  const made = steps.filter((step) => step.tool === 'Edit');
  if (made.length > 0 || cures.length === 0)
    return endTurn(mendedText(made.filter(({ isError }) => !isError).length)[asked.language]);
  return editTurn({ edits: cures, specEdits: [] }, asked);
}

function changeTurn(steps: readonly Step[], files: ProjectFiles, asked: AskedFor): Turn {
  const { language } = asked;
  const source = new GameSource(files.index);
  const plan = planEdits(asked.request, files.index, files.spec, asked);
  const made = steps.filter((step) => step.tool === 'Edit');
  if (made.length === 0 && plan.edits.length > 0) return editTurn(plan, asked);
  const wishes = nextWishes(source, asked.request, language);
  if (plan.done.length === 0) return endTurn(notUnderstoodText(plan.unknown, wishes, language));
  const failed = made.find((step) => step.isError);
  const reason = failed?.output.slice(0, 200);
  if (reason !== undefined) return endTurn(filled(TEXTS.cannotChange, { reason })[language]);
  return endTurn(editedText(plan.done, plan.unknown, wishes, language));
}

/** The next step in a project that has a game already. */
function existingTurn({ steps }: Conversation, asked: AskedFor, hasSpec: boolean): Turn {
  if (asked.isRepair) return endTurn(both(TEXTS.repair)[asked.language]);
  if (!stepOf(steps, 'Read', INDEX)) {
    return toolTurn(
      use('Read', { file_path: INDEX }),
      ...(hasSpec ? [use('Read', { file_path: SPEC })] : []),
    );
  }
  const files = readFiles(steps);
  if (!files) return endTurn(both(TEXTS.cannotRead)[asked.language]);
  if (asked.found.length > 0) return mendTurn(steps, files, asked);
  if (!wantsNewGame(asked.request)) return changeTurn(steps, files, asked);
  const anew = askedAnew(asked, files.spec);
  const theme = themeFromText(anew.request, anew);
  return stepOf(steps, 'Write', INDEX)
    ? afterWriting(steps, theme, anew)
    : writeGame(theme, anew, both(TEXTS.makesAnew)[anew.language] + planText(theme, anew.language));
}

function newTurn({ steps }: Conversation, asked: AskedFor): Turn {
  const theme = themeFromText(asked.request, asked);
  return stepOf(steps, 'Write', INDEX)
    ? afterWriting(steps, theme, asked)
    : writeGame(theme, asked, planText(theme, asked.language));
}

/**
 * The next answer, from the conversation alone: lists the files, then writes a new game or
 * reads the present one and edits what was asked, plays it once where it can, then sums up. A
 * request without file tools is a question.
 */
export function decideNextTurn(request: MessagesRequest): Turn {
  const conversation = readConversation(request);
  const turn = turnOf(request, conversation);
  const { tools, steps } = conversation;
  const hasWritten = stepOf(steps, 'Write') ?? stepOf(steps, 'Edit');
  const plays = hasWritten && tools.includes(PLAY) && !stepOf(steps, PLAY);
  return plays && turn.stopReason === 'end_turn' ? toolTurn(use(PLAY, {})) : turn;
}

function turnOf(request: MessagesRequest, conversation: Conversation): Turn {
  const { tools, steps } = conversation;
  if (!tools.includes('Write') || !tools.includes('Read')) {
    if (wantsReading(conversation.system))
      return endTurn(answerReading(conversation.prompt, conversation.system));
    if (wantsJudging(conversation.system)) return endTurn(answerJudging(request));
    if (wantsDesign(conversation.system)) return endTurn(answerDesign(conversation.prompt));
    if (wantsVideoWords(conversation.prompt)) return endTurn(answerVideoWords(conversation));
    return endTurn(
      wantsPublishInfo(conversation.prompt)
        ? answerPublishInfo(conversation)
        : answerChat(conversation),
    );
  }
  const asked = readPrompt(conversation.prompt, conversation.system);
  if (!tools.includes('Glob')) return newTurn(conversation, asked);
  const found = stepOf(steps, 'Glob');
  if (!found)
    return toolTurn(
      say(both(TEXTS.lookAround)[asked.language], 0.05),
      use('Glob', { pattern: '{index.html,specs/game.md}' }, 0.01),
    );
  const listed = found.output.split('\n').map((line) => line.trim());
  const has = (path: string): boolean =>
    listed.some((line) => line === path || line.endsWith(`/${path}`));
  return has(INDEX) ? existingTurn(conversation, asked, has(SPEC)) : newTurn(conversation, asked);
}
