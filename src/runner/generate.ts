import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../process/crash-points.js';
import { AppError } from '../contracts/base/errors.js';
import { message, render } from '../contracts/messages/message.js';
import type { GenerateInput, GenerateResult, RunMeans } from '../contracts/execution/runner.js';
import { bundleCreate } from '../git/bundle.js';
import { hashFolder, type HashedFile } from '../git/commit.js';
import { textOf } from '../git/diff.js';
import { openRepo, type Repo } from '../git/process.js';
import { listTree, readBlobs } from '../git/read.js';
import { initBare } from '../git/refs.js';
import { claimsWork, splitFinalText, takeHtmlBlock } from './candidate/answer-text.js';
import { keepFailed } from './candidate/keep-failed.js';
import { checkCandidate, type ChangedText } from './candidate/check.js';
import { editsOf } from './candidate/edits.js';
import { isVisible } from './candidate/paths.js';
import { findCandidate, saveCandidate, type CandidateResult } from './candidate/save.js';
import type { EventTransport } from './callback/transport.js';
import { runModel, type ModelAccess, type ModelRun } from './claude/run.js';
import { importBundle } from './import-bundle.js';
import { fillWork, openScratch } from './scratch.js';

const CHECKING = { type: 'progress', progress: 92, message: message('STEP_TESTING') } as const;
const REPAIRING = { type: 'progress', progress: 20, message: message('STEP_REPAIRING') } as const;
const SAVING = { type: 'progress', progress: 96, message: message('STEP_SAVING') } as const;

/**
 * One attempt: fills a scratch folder from the parent, or in a repair from the candidate to be
 * mended, lets the model work there, checks what it made and commits it as a candidate. One that
 * this job already has for the round is answered instead (C4). Failures are AppErrors; the project
 * stays as it was.
 */
export async function generate(
  input: GenerateInput,
  access: ModelAccess,
  events: EventTransport,
  signal: AbortSignal,
): Promise<GenerateResult> {
  await importBundle(input);
  const repo = input.parent === null ? await initBare(input.repoDir) : openRepo(input.repoDir);
  const earlier = await findCandidate(repo, input);
  if (earlier) return withBundle(repo, input, earlier);
  const scratch = await openScratch(input);
  let before: readonly HashedFile[] | null = null;
  try {
    await fillWork(repo, scratch.work, { ...input, parent: input.from ?? input.parent });
    before = (await hashFolder(repo, scratch.work)).files;
    if (input.round > 0) await events.emit(REPAIRING);
    const run = await runModel(input, scratch, access, events, signal);
    await events.emit(CHECKING);
    const { after, skipped, text } = await collect(repo, scratch.work, before, run.text);
    const final = splitFinalText(text);
    if (!hasChanged(before, after)) {
      if (claimsWork(final.message))
        throw new AppError('CandidateInvalid', 'the model tells of work and has written nothing');
      return {
        kind: 'answer',
        message: final.message,
        suggestions: final.suggestions,
        usage: run.usage,
        means: meansOf(input, run),
      };
    }
    const changed = await changedTexts(repo, before, after);
    const findings = await checkCandidate({
      paths: after.map((file) => file.path),
      changed,
      textOf: (path) => readText(repo, after, path),
    });
    await events.emit(SAVING);
    signal.throwIfAborted();
    const result = await save(repo, input, {
      files: after,
      // The changes of a version are those against its parent, repairs included.
      changed: isAside(input) ? await changedSince(repo, input.parent, after) : changed,
      run,
      final,
      findings,
    });
    return await withBundle(repo, input, { ...result, skippedEntries: [...skipped] });
  } catch (error) {
    const why: unknown = signal.aborted ? signal.reason : error;
    // What cannot be kept changes nothing about why the run failed.
    if (before !== null)
      await keepFailed(repo, input, scratch.work, before, why).catch((problem: unknown) =>
        access.warn(`what the run made is not kept: ${String(problem)}`),
      );
    throw error;
  } finally {
    await scratch.remove();
  }
}

/**
 * What the model left. A whole page given in words, with no page written, counts as the page
 * (generation.md §12).
 */
async function collect(
  repo: Repo,
  work: string,
  before: readonly HashedFile[],
  text: string,
): Promise<{ after: HashedFile[]; skipped: readonly string[]; text: string }> {
  const { files, skipped } = await hashFolder(repo, work);
  const oidIn = (list: readonly HashedFile[]): string | undefined =>
    list.find((file) => file.path === 'index.html')?.oid;
  const block = oidIn(files) === oidIn(before) ? takeHtmlBlock(text) : null;
  if (block === null) return { after: files, skipped, text };
  await writeFile(join(work, 'index.html'), block.html);
  return { after: (await hashFolder(repo, work)).files, skipped, text: block.rest };
}

function hasChanged(before: readonly HashedFile[], after: readonly HashedFile[]): boolean {
  const known = new Map(before.map((file) => [file.path, file.oid]));
  return before.length !== after.length || after.some((file) => known.get(file.path) !== file.oid);
}

/** Does the work start from something else than the commit's parent? */
function isAside({ from, parent }: GenerateInput): boolean {
  return from !== null && parent !== null;
}

async function changedSince(
  repo: Repo,
  parent: string | null,
  after: readonly HashedFile[],
): Promise<ChangedText[]> {
  const before = parent === null ? [] : await listTree(repo, parent);
  return changedTexts(
    repo,
    before.filter(({ path }) => isVisible(path)),
    after,
  );
}

async function changedTexts(
  repo: Repo,
  before: readonly HashedFile[],
  after: readonly HashedFile[],
): Promise<ChangedText[]> {
  const known = new Map(before.map((file) => [file.path, file.oid]));
  const changed = after.filter((file) => known.get(file.path) !== file.oid);
  const oids = [
    ...new Set(
      changed
        .flatMap((file) => [file.oid, known.get(file.path)])
        .filter((oid) => oid !== undefined),
    ),
  ];
  const blobs = await readBlobs(repo, oids);
  const texts = new Map(oids.map((oid, index) => [oid, textOf(blobs[index] ?? Buffer.alloc(0))]));
  return changed.flatMap(({ path, oid }) => {
    const newText = texts.get(oid) ?? null;
    return newText === null
      ? []
      : [{ path, oldText: texts.get(known.get(path) ?? '') ?? null, newText }];
  });
}

async function readText(
  repo: Repo,
  files: readonly HashedFile[],
  path: string,
): Promise<string | null> {
  const oid = files.find((file) => file.path === path)?.oid;
  if (oid === undefined) return null;
  const [bytes] = await readBlobs(repo, [oid]);
  return bytes ? textOf(bytes) : null;
}

interface Finished {
  readonly files: readonly HashedFile[];
  readonly changed: readonly ChangedText[];
  readonly run: ModelRun;
  readonly final: { message: string; suggestions: string[] };
  readonly findings: string[];
}

async function save(
  repo: Repo,
  input: GenerateInput,
  { files, changed, run, final, findings }: Finished,
): Promise<CandidateResult> {
  const story = {
    // V2 shows it raw.
    summary: final.message || render(message('GAME_UPDATED_SUMMARY')),
    suggestions: final.suggestions,
    means: meansOf(input, run),
    usage: run.usage,
    findings,
    edits: editsOf(changed, input.parent === null),
  };
  try {
    const revision = await saveCandidate(repo, input, files, story);
    crashPoint('after-candidate-commit');
    return {
      kind: 'candidate',
      revision,
      parent: input.parent,
      usage: run.usage,
      summary: final.message,
      suggestions: final.suggestions,
      findings,
      skippedEntries: [],
      permissionDenials: run.permissionDenials,
      bundlePath: null,
      means: story.means,
    };
  } catch (error) {
    // The same call ran twice and the other one was first: its candidate is the job's.
    const isSecond = error instanceof AppError && error.details['reason'] === 'ref-moved';
    const first = isSecond ? await findCandidate(repo, input) : null;
    if (first) return first;
    throw error;
  }
}

function meansOf({ skills, effort }: GenerateInput, run: ModelRun): RunMeans {
  return { skills: [...skills], opened: [...new Set(run.skills)], effort };
}

/** The bundle outlives the scratch folder: the caller removes it. */
async function withBundle(
  repo: Repo,
  input: GenerateInput,
  result: CandidateResult,
): Promise<CandidateResult> {
  if (!input.wantBundle) return result;
  const file = `${input.scratchDir}.bundle`;
  await bundleCreate(repo, { have: input.parent, want: result.revision, file });
  return { ...result, bundlePath: file };
}
