import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { callIdFor } from '../../contracts/base/ids.js';
import type { GenerateInput } from '../../contracts/execution/runner.js';
import { absentAs } from '../../disk/absent.js';
import { RUNNER_FILES } from '../../process/programs.js';
import { openParcelBytes, openParcelFile } from '../../versions/format/parcel.js';
import { findBuild } from '../builds.js';
import { shown, type Answer, type Output } from '../options.js';
import { duration } from '../table.js';
import { findCase, type CaseVersions, type RecordedCase } from './case.js';
import {
  differenceOfFiles,
  filesOfObject,
  filesOfParcel,
  writeFiles,
  type LeftFiles,
} from './files.js';
import { startRecordedModel } from './recorded-model.js';
import type { Recorded } from './recording.js';
import { runAttempt, type RunnerEnd } from './runner.js';

export interface RerunOptions extends Output {
  readonly attempt?: number;
  readonly build?: string;
  readonly keep?: boolean;
}

/** Where the files lie that a rerun has made. */
const MADE = 'made';

type Places = Pick<GenerateInput, 'parcelFile' | 'objectFile' | 'failedFile'>;

/** What a rerun came to, beside what was recorded. */
interface Rerun {
  readonly job: string;
  readonly attempt: number;
  readonly build: string;
  readonly seconds: number;
  readonly recorded: string;
  readonly now: string;
  /** Exchanges with the model: recorded, and asked for again. */
  readonly exchanges: { readonly recorded: number; readonly now: number };
  /** Null = the same end and the same files. */
  readonly difference: string | null;
  /** Files that were compared; null = one of both left none, or they are not here. */
  readonly files: number | null;
  /** Of the candidate that was made now. */
  readonly revision: string | null;
  /** The folder with the files that were made now, when it was to stay. */
  readonly kept: string | null;
}

/**
 * `npx dreamcore rerun <job> --recorded`: one attempt once more with the recorded answers, by the
 * runner of a build, from the versions that it started from. 1 = it came out otherwise.
 */
export async function rerunRecorded(id: string, options: RerunOptions): Promise<Answer> {
  const found = await findCase(id, options.attempt, options.envFile);
  const { id: build, folder } = await findBuild(options.build);
  const program = path.join(folder, RUNNER_FILES.code);
  await access(program).catch(() => {
    throw new Error('This image cannot run a model: rerun it in the image of the worker.');
  });
  const dir = await mkdtemp(path.join(tmpdir(), 'dreamcore-rerun-'));
  try {
    const rerun = await rerunIn(dir, found, ['--enable-source-maps', program]);
    const kept = options.keep ? path.join(dir, MADE) : null;
    const told: Rerun = { job: id, build, kept, ...rerun };
    return {
      text: shown(told, options, renderRerun),
      exitCode: told.difference === null ? 0 : 1,
    };
  } finally {
    if (!options.keep) await rm(dir, { recursive: true, force: true });
  }
}

async function rerunIn(
  dir: string,
  { recorded, versions }: RecordedCase,
  program: readonly string[],
): Promise<Omit<Rerun, 'job' | 'build' | 'kept'>> {
  const { input, calls } = recorded;
  const parent = await placeParcel(versions, input.parent, path.join(dir, 'parent.parcel'));
  const from = await placeParcel(versions, input.from, path.join(dir, 'from.parcel'));
  const left = await placeParcel(versions, input.left, path.join(dir, 'left.parcel'));
  const place = {
    scratchDir: path.join(dir, callIdFor(input.jobId, input.attempt)),
    parcelFile: parent,
    fromParcelFile: from,
    leftParcelFile: left,
    objectFile: path.join(dir, 'object'),
    failedFile: path.join(dir, 'failed'),
    callbackUrl: null,
  };
  const model = await startRecordedModel(calls);
  const startedMs = performance.now();
  let last: RunnerEnd;
  try {
    last = await runAttempt(program, { ...input, ...place }, model.url);
  } finally {
    await model.close();
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const now = endOf(last);
  const made = await filesMade(place, now);
  await mkdir(path.join(dir, MADE));
  if (made !== null) await writeFiles(made, path.join(dir, MADE));
  const files = await compareFiles(await filesRecorded(versions, recorded), made);
  return {
    attempt: input.attempt,
    seconds,
    recorded: describeEnd(recorded.end),
    now: describeEnd(now),
    revision: now.revision,
    exchanges: { recorded: calls.length, now: model.given() },
    files: files.count,
    difference: differenceOfEnds(recorded.end, now) ?? files.difference ?? model.difference(),
  };
}

/** Puts a version that the run starts from where the runner finds it. */
async function placeParcel(
  { parcel }: CaseVersions,
  revision: string | null,
  file: string,
): Promise<string | null> {
  if (revision === null) return null;
  const bytes = await parcel(revision);
  if (bytes === null) throw new Error(`The version ${revision} that it started from is not here.`);
  await writeFile(file, bytes);
  return file;
}

/** What the run made now, or had made when it failed; null = nothing. */
async function filesMade(
  { parcelFile, objectFile, failedFile }: Places,
  { failure }: End,
): Promise<LeftFiles | null> {
  const made = failure === null ? objectFile : failedFile;
  const object = await readFile(made).catch(absentAs(null));
  return (
    object && filesOfObject(object, parcelFile === null ? null : await openParcelFile(parcelFile))
  );
}

/** The same of what was recorded; null also when it is not here. */
async function filesRecorded(
  { parcel, kept }: CaseVersions,
  { input, end }: Recorded,
): Promise<LeftFiles | null> {
  const failed = kept.find(({ kind, attempt }) => kind === 'failed' && attempt === input.attempt);
  const revision = end.revision ?? (end.failure && failed?.revision);
  const bytes = revision ? await parcel(revision) : null;
  return bytes && filesOfParcel(await openParcelBytes(bytes));
}

/** How an attempt ended: why not, or with which candidate; both null = in words. */
type End = Recorded['end'];

function endOf(last: RunnerEnd): End {
  if ('error' in last) return { failure: last.error, revision: null };
  const { result } = last;
  return { failure: null, revision: result.kind === 'candidate' ? result.revision : null };
}

function describeEnd({ failure, revision }: End): string {
  if (failure !== null) return `${failure.kind}: ${failure.message}`;
  return revision === null ? 'an answer in words' : 'a candidate';
}

/** Messages may name times; kinds are what is decided by. */
function differenceOfEnds(before: End, now: End): string | null {
  const isSame =
    before.failure?.kind === now.failure?.kind &&
    (before.revision === null) === (now.revision === null);
  return isSame ? null : `it ended with ${describeEnd(before)}; now with ${describeEnd(now)}`;
}

async function compareFiles(
  before: LeftFiles | null,
  now: LeftFiles | null,
): Promise<{ count: number | null; difference: string | null }> {
  if (before === null || now === null) return { count: null, difference: null };
  return {
    count: now.files.length,
    difference: await differenceOfFiles(before, now),
  };
}

/** The outcome for a person. */
function renderRerun(rerun: Rerun): string {
  const { job, attempt, build, seconds, recorded, now, exchanges, difference, files } = rerun;
  const compared = files === null ? 'no files to compare' : `${files} file(s), byte for byte`;
  return [
    `${job}, attempt ${attempt}, on build ${build}, in ${duration(seconds)}`,
    `  recorded  ${recorded}`,
    `  now       ${now}`,
    `  asked     ${exchanges.now} of ${exchanges.recorded} recorded exchanges with the model`,
    difference === null ? `The same: ${compared}.` : `First difference: ${difference}.`,
    ...(rerun.kept === null ? [] : [`What it made: ${rerun.kept}`]),
  ].join('\n');
}
