import type { JobRow } from '../../contracts/rows/rows.js';
import type { MessageCode } from '../../contracts/messages/message.js';
import { oneLine } from '../text/one-line.js';

const MAX_NAME_CHARS = 80;
const BYTES_PER_KB = 1_024;

/** Tool of the model → what it does with a file. */
const VERBS: Readonly<Record<string, string>> = {
  Read: 'reading',
  Write: 'writing',
  Edit: 'changing',
  Glob: 'looking for files',
  Grep: 'searching',
  Skill: 'opening a skill',
  mcp__game__play: 'playing the game',
};

/** What a job does while no model reports, by its progress message. */
const STEPS: Partial<Record<MessageCode, string>> = {
  STEP_CHECKING: 'reading the message',
  STEP_PREPARING: 'starting the run',
  STEP_ANSWERING: 'answering',
  STEP_DESIGNING: 'designing',
  STEP_THINKING: 'thinking',
  STEP_TESTING: 'checking the files',
  STEP_SAVING: 'saving the candidate',
  STEP_PLAYING: 'playing',
  STEP_REPAIRING: 'repairing',
  STEP_PLAYING_AGAIN: 'playing again',
  STEP_KEEPING: 'publishing',
};

/**
 * What a job does, for operators: `writing index.html, 8 KB, turn 3`. Null = nothing, or
 * unknown.
 */
export function doingSentence({
  status,
  progress_code: code,
  doing,
}: Pick<JobRow, 'status' | 'progress_code' | 'doing'>): string | null {
  if (status !== 'processing') return null;
  if (!doing) return STEPS[code as MessageCode] ?? null;
  const { tool, file, bytes, turn } = doing;
  const verb = tool === null ? 'thinking' : (VERBS[tool] ?? `using ${shown(tool)}`);
  return [
    file === null ? verb : `${verb} ${shown(file)}`,
    ...(bytes > 0 ? [sizeOf(bytes)] : []),
    `turn ${turn}`,
  ].join(', ');
}

function sizeOf(bytes: number): string {
  return bytes < BYTES_PER_KB ? `${bytes} bytes` : `${Math.round(bytes / BYTES_PER_KB)} KB`;
}

/** A name of the model's, as a terminal may show it. */
function shown(name: string): string {
  const line = oneLine(name);
  const chars = Array.from(line);
  return chars.length > MAX_NAME_CHARS ? `${chars.slice(0, MAX_NAME_CHARS).join('')}…` : line;
}
