import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../contracts/base/hashes.js';
import { AppError } from '../contracts/base/errors.js';
import { message, render } from '../contracts/messages/message.js';
import type { GenerateInput, GenerateResult, RunMeans } from '../contracts/execution/runner.js';
import { textOf } from '../versions/format/diff.js';
import type { FileBytes } from '../versions/format/encode.js';

import { openParcelFile, type Parcel } from '../versions/format/parcel.js';
import { claimsWork, splitFinalText, takeHtmlBlock } from './candidate/answer-text.js';
import { keepFailed } from './candidate/keep-failed.js';
import { checkCandidate, type ChangedText } from './candidate/check.js';
import { editsOf } from './candidate/edits.js';
import { encodeCandidate, type CandidateResult } from './candidate/save.js';
import type { EventTransport } from './callback/transport.js';
import { runModel, type ModelAccess, type ModelRun } from './claude/run.js';
import { fillWork, openScratch } from './scratch.js';
import {
  changedSince,
  hashWork,
  readWork,
  type WorkFiles,
  type WorkHashes,
} from './work-folder.js';

const PAGE = 'index.html';
const CHECKING = { type: 'progress', progress: 92, message: message('STEP_TESTING') } as const;
const REPAIRING = { type: 'progress', progress: 20, message: message('STEP_REPAIRING') } as const;
const SAVING = { type: 'progress', progress: 96, message: message('STEP_SAVING') } as const;

/**
 * One attempt: fills a scratch folder from the parent, or in a repair from the candidate to be
 * mended, lets the model work there, checks what it made and writes it as a version object to
 * `objectFile`; on a failure what there is to `failedFile`. Failures are AppErrors.
 */
export async function generate(
  input: GenerateInput,
  access: ModelAccess,
  events: EventTransport,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const scratch = await openScratch(input);
  const folder = scratch.work;
  let [start, before]: [Start | null, WorkHashes | null] = [null, null];
  try {
    start = await openStart(input);
    await fillWork(start.from ?? start.parent, folder, input);
    before = await hashWork(folder);
    if (input.round > 0) await events.emit(REPAIRING);
    const run = await runModel(input, scratch, access, events, signal);
    await events.emit(CHECKING);
    return await finish(input, { start, before, folder, run }, events, signal);
  } catch (error) {
    const why: unknown = signal.aborted ? signal.reason : error;
    // What cannot be kept changes nothing about why the run failed.
    if (before !== null)
      await keepFailed(input, start?.parent ?? null, { folder, before }, why).catch(
        (problem: unknown) => access.warn(`what the run made is not kept: ${String(problem)}`),
      );
    throw error;
  } finally {
    await scratch.remove();
  }
}

/** Versions that a run starts from; null = there is no such version. */
interface Start {
  readonly parent: Parcel | null;
  /** The candidate that a repair mends. */
  readonly from: Parcel | null;
}

async function openStart({ parcelFile, fromParcelFile }: GenerateInput): Promise<Start> {
  return {
    parent: parcelFile === null ? null : await openParcelFile(parcelFile),
    from: fromParcelFile === null ? null : await openParcelFile(fromParcelFile),
  };
}

/** A run whose model has ended. */
interface Ended {
  readonly start: Start;
  readonly before: WorkHashes;
  readonly folder: string;
  readonly run: ModelRun;
}

async function finish(
  input: GenerateInput,
  ended: Ended,
  events: EventTransport,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const { before, run } = ended;
  const { files, skipped, text } = await collect(ended);
  const final = splitFinalText(text);
  const changed = changedSince(before, files);
  if (changed.length === 0 && files.length === before.size) {
    if (claimsWork(final.message))
      throw new AppError('CandidateInvalid', 'the model tells of work and has written nothing');
    return { kind: 'answer', ...final, usage: run.usage, means: meansOf(input, run) };
  }
  const texts = await textsOf(changed, (path) => bytesAtStart(input, ended.start, path));
  const findings = await checkCandidate({
    paths: files.map(({ path }) => path),
    changed: texts,
    textOf: async (path) => {
      const file = files.find((each) => each.path === path);
      return file === undefined ? null : textOf(file.bytes);
    },
  });
  await events.emit(SAVING);
  signal.throwIfAborted();
  return save(input, ended, { files, skipped, texts, final, findings });
}

/**
 * What the model left. A whole page given in words, with no page written, counts as the page
 * (generation.md §12).
 */
async function collect({
  folder,
  before,
  run: { text },
}: Ended): Promise<WorkFiles & { text: string }> {
  const left = await readWork(folder);
  const page = left.files.find(({ path }) => path === PAGE);
  const isUntouched = before.get(PAGE) === (page && sha256Of(page.bytes));
  const block = isUntouched ? takeHtmlBlock(text) : null;
  if (block === null) return { ...left, text };
  await writeFile(join(folder, PAGE), block.html);
  return { ...(await readWork(folder)), text: block.rest };
}

/** A file as the model found it; null = there was none. */
async function bytesAtStart(
  { extraFiles }: GenerateInput,
  { parent, from }: Start,
  path: string,
): Promise<Buffer | null> {
  const extra = extraFiles.findLast((file) => file.path === path);
  if (extra) return Buffer.from(extra.content, extra.encoding);
  return (await (from ?? parent)?.read(path)) ?? null;
}

/** Those of the files that are texts, with the earlier text where `before` has one. */
async function textsOf(
  files: readonly FileBytes[],
  before: (path: string) => Promise<Buffer | null>,
): Promise<ChangedText[]> {
  const texts: ChangedText[] = [];
  for (const { path, bytes } of files) {
    const newText = textOf(bytes);
    if (newText === null) continue;
    const old = await before(path);
    texts.push({ path, oldText: old && textOf(old), newText });
  }
  return texts;
}

interface Finished extends WorkFiles {
  readonly texts: readonly ChangedText[];
  readonly final: { message: string; suggestions: string[] };
  readonly findings: string[];
}

async function save(
  input: GenerateInput,
  { start: { parent, from }, run }: Ended,
  { files, skipped, texts, final, findings }: Finished,
): Promise<CandidateResult> {
  // The changes of a version are those against its parent, repairs included.
  const changed = from && parent ? await textsSince(parent, files) : texts;
  const means = meansOf(input, run);
  const { message: summary, suggestions } = final;
  const { bytes, manifest } = await encodeCandidate(input, parent, files, {
    // V2 shows it raw.
    summary: summary || render(message('GAME_UPDATED_SUMMARY')),
    suggestions,
    means,
    usage: run.usage,
    findings,
    edits: editsOf(changed, input.parent === null),
  });
  await writeFile(input.objectFile, bytes, { mode: 0o600 });
  return {
    kind: 'candidate',
    revision: manifest.revision,
    parent: input.parent,
    usage: run.usage,
    summary,
    suggestions,
    findings,
    skippedEntries: [...skipped],
    permissionDenials: run.permissionDenials,
    means,
  };
}

function textsSince(parent: Parcel, files: readonly FileBytes[]): Promise<ChangedText[]> {
  const known = new Map(parent.manifest.files.map(({ path, sha }) => [path, sha]));
  return textsOf(changedSince(known, files), (path) => parent.read(path));
}

function meansOf({ skills, effort }: GenerateInput, run: ModelRun): RunMeans {
  return { skills: [...skills], opened: [...new Set(run.skills)], effort };
}
