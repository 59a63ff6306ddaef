import { sha256Of } from '../../contracts/base/hashes.js';
import type { Ending, Hooks } from '../claude/control.js';
import type { FileBytes } from '../../versions/format/encode.js';
import type { PlayTool } from '../game-tool/play-tool.js';
import { claimsWork, splitFinalText } from './answer-text.js';
import { leftWork, troubleOf, type Work } from './left-work.js';

/** How often the model is sent back from its end, for either reason. */
const MAX_BLOCKS = 2;
/** Of the check (E2), what more files would not mend. */
const BROKEN = new Set<unknown>(['script-broken', 'page-cut']);

/**
 * Shows the model what the check of candidates finds while it works (P6): after each turn that
 * wrote files what does not compile, at its end whatever makes it no candidate, or that it was not
 * played.
 */
export class WorkHooks implements Hooks {
  private seen = '';
  private readonly blocks = { unfit: 0, unplayed: 0 };
  private blockedAt = '';

  /** `play`: the tool that the model has; null = it has none. */
  constructor(
    private readonly work: Work,
    private readonly play: Pick<PlayTool, 'whyPlay'> | null,
  ) {}

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
    const left = await leftWork(this.work, text);
    const state = stateOf(left.files);
    // It was sent back already and has changed nothing since.
    if (isAgain && state === this.blockedAt) return null;
    const unfit = left.isUntouched ? idleWords(left.text) : await brokenWords(left.files);
    const unplayed = left.isUntouched ? null : (this.play?.whyPlay(left.files) ?? null);
    const [why, kind] =
      unfit === null ? ([unplayed, 'unplayed'] as const) : ([unfit, 'unfit'] as const);
    if (why === null || this.blocks[kind] >= MAX_BLOCKS) return null;
    this.blocks[kind] += 1;
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

/** Two folders with the same files are in the same state. */
function stateOf(files: readonly FileBytes[]): string {
  return files
    .map(({ path, bytes }) => `${path}\0${sha256Of(bytes)}`)
    .sort()
    .join('\n');
}
