import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../contracts/base/errors.js';
import { BAR } from '../contracts/messages/bar.js';
import { message, render } from '../contracts/messages/message.js';
import type { GenerateInput, GenerateResult, RunMeans } from '../contracts/execution/runner.js';
import { textOf } from '../versions/format/diff.js';
import type { FileBytes } from '../versions/format/encode.js';

import { openParcelFile, type Parcel } from '../versions/format/parcel.js';
import { claimsWork, splitFinalText } from './candidate/answer-text.js';
import { keepFailed } from './candidate/keep-failed.js';
import { isVisible } from './candidate/paths.js';
import type { ChangedText } from './candidate/check.js';
import { editsOf } from './candidate/edits.js';
import { checkFiles, leftWork, type Work } from './candidate/left-work.js';
import { encodeCandidate, type CandidateResult } from './candidate/save.js';
import { WorkHooks } from './candidate/work-hooks.js';
import type { RunEvents } from './callback/transport.js';
import { runModel, type ModelAccess, type ModelRun } from './claude/run.js';
import { playInChild } from './game-tool/child-play.js';
import { PlayTool } from './game-tool/play-tool.js';
import { fillWork, openScratch, type Scratch } from './scratch.js';
import { changedSince, hashWork, type WorkFiles } from './work-folder.js';

const CHECKING = {
  type: 'progress',
  progress: BAR.checks,
  message: message('STEP_TESTING'),
} as const;
const REPAIRING = {
  type: 'progress',
  progress: BAR.repairs,
  message: message('STEP_REPAIRING'),
} as const;
const SAVING = { type: 'progress', progress: BAR.saves, message: message('STEP_SAVING') } as const;

/**
 * One attempt: fills a scratch folder from the parent, or in a repair from the candidate to be
 * mended, lets the model work there, checks what it made and writes it as a version object to
 * `objectFile`; on a failure what there is to `failedFile`. Failures are AppErrors.
 */
export async function generate(
  input: GenerateInput,
  access: ModelAccess,
  events: RunEvents,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const scratch = await openScratch(input);
  let [start, work]: [Start | null, Work | null] = [null, null];
  const play = playToolOf(input, scratch, access);
  try {
    start = await openStart(input);
    work = await fill(scratch.work, start, input);
    if (input.round > 0) await events.emit(REPAIRING);
    const place = { scratch, hooks: new WorkHooks(work, play), play };
    const run = await runModel(input, place, access, events, signal);
    await events.emit(CHECKING);
    return await finish(input, { start, work, run, play }, events, signal);
  } catch (error) {
    const why: unknown = signal.aborted ? signal.reason : error;
    // What cannot be kept changes nothing about why the run failed.
    if (work !== null)
      await keepFailed(input, start?.parent ?? null, work, why).catch((problem: unknown) =>
        access.warn(`what the run made is not kept: ${String(problem)}`),
      );
    throw error;
  } finally {
    await play?.close();
    await scratch.remove();
  }
}

function playToolOf(
  { plays, callId, parcelFile: parentFile }: GenerateInput,
  { work, played: aside }: Scratch,
  { slots, seenFrom, warn, recorder }: ModelAccess,
): PlayTool | null {
  if (!plays) return null;
  const places = { callId, work, aside, parentFile };
  return new PlayTool({ plays, ...places, slots, play: playInChild, seenFrom, warn, recorder });
}

/** Versions that a run starts from; null = there is no such version. */
interface Start {
  readonly parent: Parcel | null;
  /** The candidate that a repair mends. */
  readonly from: Parcel | null;
  /** What an earlier attempt at the same has left. */
  readonly left: Parcel | null;
}

async function openStart(input: GenerateInput): Promise<Start> {
  const { parcelFile, fromParcelFile, leftParcelFile } = input;
  const open = async (file: string | null) => (file === null ? null : openParcelFile(file));
  return {
    parent: await open(parcelFile),
    from: await open(fromParcelFile),
    left: await open(leftParcelFile),
  };
}

/** What an earlier attempt has left counts as this one's work: it is no part of the beginning. */
async function fill(
  folder: string,
  { parent, from, left }: Start,
  input: GenerateInput,
): Promise<Work> {
  await fillWork(from ?? parent, folder, input);
  const before = await hashWork(folder);
  if (left === null) return { folder, before };
  await rm(folder, { recursive: true });
  await mkdir(folder, { mode: 0o700 });
  // What the attempt has made of files that it was given stays as it is.
  const kept = left.manifest.files.map((file) => file.path).filter(isVisible);
  const extraFiles = input.extraFiles.filter(({ path }) => !kept.includes(path));
  await fillWork(left, folder, { extraFiles });
  return { folder, before };
}

/** A run whose model has ended. */
interface Ended {
  readonly start: Start;
  readonly work: Work;
  readonly run: ModelRun;
  readonly play: PlayTool | null;
}

async function finish(
  input: GenerateInput,
  ended: Ended,
  events: RunEvents,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const { run, work } = ended;
  const { files, skipped, changed, ...left } = await leftWork(work, run.text);
  if (left.spoken) await writeFile(join(work.folder, left.spoken.path), left.spoken.bytes);
  const final = splitFinalText(left.text);
  if (left.isUntouched) {
    if (run.cutBy) throw run.cutBy;
    if (claimsWork(final.message))
      throw new AppError('CandidateInvalid', 'the model tells of work and has written nothing');
    return { kind: 'answer', ...final, usage: run.usage, means: meansOf(input, run) };
  }
  const texts = await textsOf(changed, (path) => bytesAtStart(input, ended.start, path));
  const findings = await checkFiles(files, texts).catch((error: unknown) => {
    throw run.cutBy ?? error;
  });
  await events.emit(SAVING);
  signal.throwIfAborted();
  return save(input, ended, { files, skipped, texts, final, findings });
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
  { start: { parent, from }, run, play }: Ended,
  { files, skipped, texts, final, findings }: Finished,
): Promise<CandidateResult> {
  // The changes of a version are those against its parent, repairs included.
  const changed = from && parent ? await textsSince(parent, files) : texts;
  const means = meansOf(input, run);
  const played = play?.resultFor(files) ?? null;
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
    ...(played && { played: { ...played, sheet: null, loop: null } }),
  };
}

function textsSince(parent: Parcel, files: readonly FileBytes[]): Promise<ChangedText[]> {
  const known = new Map(parent.manifest.files.map(({ path, sha }) => [path, sha]));
  return textsOf(changedSince(known, files), (path) => parent.read(path));
}

function meansOf({ skills, effort }: GenerateInput, run: ModelRun): RunMeans {
  return { skills: [...skills], opened: [...new Set(run.skills)], effort };
}
