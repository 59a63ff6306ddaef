import { codeOf, message, render, type Message } from '../../src/contracts/messages/message.js';
import { STYLE_LISTS } from './fake-styles.js';
import { GAME_HTML, type FakeJob, type FakeProject, type FakeStore } from './fake-store.js';

/** A frame of either side. */
export type Frame = Record<string, unknown> & { type: string };

/** A progress frame as the API makes it. */
export const progressOf = (job: unknown, progress: number, said: Message): Frame => ({
  ...{ type: 'progress', job, progress, message: render(said) },
  ...codeOf(said),
});

/** One message of the person, as a script sees it. */
export interface Turn {
  readonly frame: Frame;
  readonly content: string;
  readonly project: FakeProject;
  readonly store: FakeStore;
  /** To the socket that asked. */
  reply(frame: Frame): void;
  /** Opens the job and answers `jobStarted`. */
  startJob(): FakeJob;
  /** To everybody who follows the job, numbered; false once the job was cancelled. */
  emit(frame: Frame, attempt?: number): boolean;
  wait(ms: number): Promise<void>;
}

/** How long the pretended work takes between two frames. */
const PACE_MS = 60;
const CODE =
  '<!doctype html>\n<html lang="ja">\n<canvas id="c"></canvas>\n<script>\n  const ship = { ' +
  'x: 160, y: 400 };\n  function draw() {\n    requestAnimationFrame(draw);\n  }\n</' +
  'script>\n';

/** The main job of the product: game, change, answer, undo. */
export async function mainJob(turn: Turn): Promise<void> {
  const { content, project } = turn;
  turn.startJob();
  turn.emit({ type: 'started', job: project.job });
  if (/戻して/.test(content)) return proposeUndo(turn);
  if (/[?？]$/.test(content)) return chat(turn, '敵は**3種類**います。', ['難しくする']);
  await generate(turn, project.versions.length === 0);
}

/** What the plan chose; kept with the project. */
function lookOf({ frame, content, project }: Turn): object {
  const dimension = /3d/i.test(content) ? '3d' : '2d';
  const { selectedStyle } = frame as { selectedStyle?: { styleId: string } };
  const styleId = selectedStyle?.styleId ?? 'sci_fi';
  const look = { dimension, styleId, styles: STYLE_LISTS[dimension] };
  project.pendingQuestion = { type: 'look', ...look, request: content };
  return look;
}

async function chat(turn: Turn, answer: string, suggestions: string[]): Promise<void> {
  await turn.wait(PACE_MS);
  turn.emit(progressOf(turn.project.job, 10, message('STEP_ANSWERING')));
  await turn.wait(PACE_MS);
  turn.project.history.push({
    role: 'assistant',
    content: suggestions.length > 0 ? `${answer}\n\n提案: ${suggestions.join('、')}` : answer,
    timestamp: new Date().toISOString(),
  });
  turn.emit({ type: 'geminiChat', mode: 'chat', message: answer, suggestions });
  end(turn, { message: answer, mode: 'chat', generator: 'haiku' });
}

async function proposeUndo(turn: Turn): Promise<void> {
  await turn.wait(PACE_MS);
  const question = {
    message: '前のバージョンに戻しますか？',
    confirmLabel: '戻す',
    cancelLabel: 'キャンセル',
  };
  turn.project.pendingQuestion = { type: 'restore', ...question };
  turn.emit({ type: 'geminiRestore', mode: 'restore', ...question });
  end(turn, { message: question.message, mode: 'restore', generator: 'claude' });
}

async function generate(turn: Turn, isNew: boolean): Promise<void> {
  const { project, content } = turn;
  const isLook = isNew || turn.frame['selectedStyle'] !== undefined;
  const look = isLook ? { look: lookOf(turn) } : {};
  turn.emit({ ...progressOf(project.job, 5, message('STEP_PREPARING')), ...look });
  turn.emit(progressOf(project.job, 20, message('STEP_THINKING')));
  for (const [index, line] of CODE.split(/(?<=\n)/).entries()) {
    await turn.wait(PACE_MS);
    if (!turn.emit({ type: 'stream', content: line })) return;
    const writing = message('STEP_WRITING_FILE', { file: 'index.html' });
    turn.emit(progressOf(project.job, 25 + index * 6, writing));
  }
  const edits = [{ path: 'index.html', old_string: 'speed = 2', new_string: 'speed = 3' }];
  turn.emit({
    type: 'geminiCode',
    mode: isNew ? 'create' : 'edit',
    ...(isNew ? { files: [{ path: 'index.html', content: CODE }] } : { edits }),
    summary: '速さを変えました',
    suggestions: [],
  });
  const answer = isNew
    ? '**銀河シューター**ができました！\n\n- 左右スワイプで移動\n\n- タップで発射'
    : 'もっと速く動くようにしました。';
  project.html = GAME_HTML(isNew ? '銀河シューター' : project.name);
  turn.store.addVersion(project, content);
  project.history.push({
    role: 'assistant',
    content: answer,
    timestamp: new Date().toISOString(),
  });
  end(turn, { message: answer, generator: 'gemini', html: project.html });
  if (!isNew) return;
  project.name = '銀河シューター';
  turn.emit({
    type: 'projectRenamed',
    project: {
      id: project.id,
      name: project.name,
      createdAt: project.createdAt,
      updatedAt: project.updatedAt,
    },
  });
}

function end(turn: Turn, result: object): void {
  const { job, id } = turn.project;
  if (!job) return;
  Object.assign(job, { status: 'completed', progress: 100, result: JSON.stringify(result) });
  turn.emit({ type: 'completed', job, result });
  turn.reply({ type: 'gameUpdated', userId: job.user_id, projectId: id });
}
