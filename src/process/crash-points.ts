import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';

/**
 * Places where a process may be made to die, in the order in which a piece of work passes them.
 * Each stands between two steps that no transaction joins, so that dying there shows whether the
 * second step is really found again.
 */
export const CRASH_POINTS = [
  // API, worker: a message becomes a job
  'after-admit',
  'after-row',
  'after-processing',
  'after-start-attempt',
  // Runner: an attempt
  'mid-stream',
  // Worker: its candidate is kept
  'after-candidate-commit',
  // Worker: a sprite has come, all are put into the candidate; a played game is judged, and mended
  'after-draw-before-keep',
  'after-sprites',
  'after-play',
  'after-play-before-repair',
  'after-judge',
  // Worker: the commit point and the end
  'after-return-before-import',
  'after-import-before-publish',
  'after-publish-before-complete',
  'after-complete-before-notify',
  // Worker: a video lies beside its game, and its row has ended
  'after-video-before-answer',
  // Worker: restore, tune and delete
  'after-restore-commit',
  'after-restore-publish-before-answer',
  'after-tune-commit',
  'after-tune-publish-before-answer',
  'after-delete-rows',
  'after-delete-files',
  // Worker: a guest's game goes to an account
  'after-adopt-copies',
  'after-adopt-rows',
  // Worker: a game becomes public
  'after-publish-copy',
  'after-publish-flip',
  // Command: a version of an older layout is moved
  'after-move-object',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/**
 * Names the folder whose files arm the points; without it, and in production always, every point
 * does nothing.
 */
export const CRASH_POINTS_DIR = 'CRASH_POINTS_DIR';

const { [CRASH_POINTS_DIR]: folder, NODE_ENV } = process.env;
const isOn = folder !== undefined && folder !== '' && NODE_ENV !== 'production';

/**
 * Kills this process without a last word when a file named after the point lies in the folder.
 * Renaming it to `<point>.hit` comes first: of all processes exactly one dies, its successor
 * passes, and the name proves that the point was reached. A file with the text `<signal>` or
 * `<signal> <pid>` sends that signal, to that process: what we stand on is gone at exactly this
 * step.
 */
export function crashPoint(point: CrashPoint): void {
  if (!isOn) return;
  const mark = path.join(folder, `${point}.hit`);
  try {
    renameSync(path.join(folder, point), mark);
  } catch {
    return; // Not armed, or another process was first.
  }
  const [signal, pid] = readFileSync(mark, 'utf8').split(' ');
  process.kill(Number(pid ?? process.pid), signal || 'SIGKILL');
}
