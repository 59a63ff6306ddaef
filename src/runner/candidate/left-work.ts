import { AppError } from '../../contracts/base/errors.js';
import { sha256Of } from '../../contracts/base/hashes.js';
import { textOf } from '../../versions/format/diff.js';
import type { FileBytes } from '../../versions/format/encode.js';
import { changedSince, readWork, type WorkFiles, type WorkHashes } from '../work-folder.js';
import { takeHtmlBlock } from './answer-text.js';
import { checkCandidate, PAGE, type ChangedText } from './check.js';

/** A work folder, and what it held when the model began. */
export interface Work {
  readonly folder: string;
  readonly before: WorkHashes;
}

/** What the model has made by its last words. */
export interface LeftWork extends WorkFiles {
  /** The words without a page that they held. */
  readonly text: string;
  /** A whole page given in words, with no page written, counts as the page (generation.md §12). */
  readonly spoken: FileBytes | null;
  /** Files that are new or have other bytes than at the beginning. */
  readonly changed: readonly FileBytes[];
  readonly isUntouched: boolean;
}

/** Throws `CandidateRefused` (see {@link readWork}). */
export async function leftWork({ folder, before }: Work, text: string): Promise<LeftWork> {
  const left = await readWork(folder);
  const page = left.files.find(({ path }) => path === PAGE);
  const isPageUntouched = before.get(PAGE) === (page && sha256Of(page.bytes));
  const block = isPageUntouched ? takeHtmlBlock(text) : null;
  const spoken = block && { path: PAGE, bytes: Buffer.from(block.html) };
  const files = spoken ? [...left.files.filter(({ path }) => path !== PAGE), spoken] : left.files;
  const changed = changedSince(before, files);
  return {
    files,
    skipped: left.skipped,
    text: block?.rest ?? text,
    spoken,
    changed,
    isUntouched: changed.length === 0 && files.length === before.size,
  };
}

/** {@link checkCandidate} of files by their bytes. */
export function checkFiles(
  files: readonly FileBytes[],
  changed: readonly ChangedText[] = [],
): Promise<string[]> {
  return checkCandidate({
    paths: files.map(({ path }) => path),
    changed,
    textOf: async (path) => {
      const file = files.find((each) => each.path === path);
      return file === undefined ? null : textOf(file.bytes);
    },
  });
}

/** Why files are no candidate; null = they pass the check. */
export async function troubleOf(files: readonly FileBytes[]): Promise<AppError | null> {
  try {
    await checkFiles(files);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
