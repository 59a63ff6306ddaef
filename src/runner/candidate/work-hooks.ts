import { sha256Of } from '../../contracts/base/hashes.js';
import { AppError } from '../../contracts/base/errors.js';
import type { Ending, Hooks } from '../claude/control.js';
import type { FileBytes } from '../../versions/format/encode.js';
import { claimsWork, splitFinalText } from './answer-text.js';
import { checkFiles, leftWork, type Work } from './left-work.js';

/** How often the model is sent back from its end. */
const MAX_BLOCKS = 2;
/** Of the check (E2), what more files would not mend. */
const BROKEN = new Set<unknown>(['script-broken', 'page-cut']);

/**
 * Shows the model what the check of candidates finds while it works (P6): after each turn that
 * wrote files what does not compile, at its end whatever makes it no candidate.
 */
export class WorkHooks implements Hooks {
  private seen = '';
  private blocks = 0;
  private blockedAt = '';

  constructor(private readonly work: Work) {}

  async afterTools(): Promise<string | null> {
    const { files } = await leftWork(this.work, '');
    const state = stateOf(files);
    if (state === this.seen) return null;
    this.seen = state;
    const trouble = await troubleOf(files);
    if (trouble === null || !BROKEN.has(trouble.details['reason'])) return null;
    return `${trouble.message}. The game cannot start like this: mend it before anything else.`;
  }

  async beforeEnd({ isAgain, text }: Ending): Promise<string | null> {
    if (this.blocks >= MAX_BLOCKS) return null;
    const left = await leftWork(this.work, text);
    const state = stateOf(left.files);
    // It was sent back already and has changed nothing since.
    if (isAgain && state === this.blockedAt) return null;
    const why = left.isUntouched ? idleWords(left.text) : await brokenWords(left.files);
    if (why === null) return null;
    this.blocks += 1;
    this.blockedAt = state;
    return why;
  }
}

function idleWords(text: string): string | null {
  return claimsWork(splitFinalText(text).message)
    ? 'You speak of work that is done, but no file has changed. Do the work now, then answer again.'
    : null;
}

async function brokenWords(files: readonly FileBytes[]): Promise<string | null> {
  const trouble = await troubleOf(files);
  return (
    trouble && `This is no game yet: ${trouble.message}. Mend it, then give your last answer again.`
  );
}

async function troubleOf(files: readonly FileBytes[]): Promise<AppError | null> {
  try {
    await checkFiles(files);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Two folders with the same files are in the same state. */
function stateOf(files: readonly FileBytes[]): string {
  return files
    .map(({ path, bytes }) => `${path}\0${sha256Of(bytes)}`)
    .sort()
    .join('\n');
}
