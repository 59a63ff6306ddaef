import { cut } from '../../contracts/base/cut.js';
import { quoted } from './quoted.js';

export interface EarlierTry {
  /** Why the attempt before ended; left out by the first one. */
  readonly ended?: { readonly detail: string } | undefined;
  /** What it made lies in the work folder. */
  readonly isLeft: boolean;
}

const MAX_CHARS = 600;

/** Prompt block about the attempt before this one at the same (P6); null = it is the first. */
export function earlierTry({ ended, isLeft }: EarlierTry): string | null {
  if (!ended && !isLeft) return null;
  const why = ended ? ` Why, as it was reported:\n${quoted(cut(ended.detail, MAX_CHARS))}` : '';
  const next = isLeft
    ? 'What it has made lies in the folder and compiles. Look at it first and go on from there: ' +
      'finish and mend, and do not write again what is good.'
    : 'Nothing that it changed is there: do this work from its beginning. Where that reason lies ' +
      'in what was made, make it otherwise.';
  return `=== The try before this one ===\nIt ended before it was done.${why}\n${next}`;
}
