import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { callIdFor } from '../../contracts/base/ids.js';
import { bundleFetch, bundleWhole } from '../../git/bundle.js';
import { openRepo, type Repo } from '../../git/process.js';
import { initBare } from '../../git/refs.js';
import { RUNNER_FILES } from '../../process/programs.js';
import { findBuild } from '../builds.js';
import { shown, type Answer, type Output } from '../options.js';
import { duration } from '../table.js';
import { findCase, type RecordedCase } from './case.js';
import { differenceOfFiles, filesOfAttempt, listGame, type LeftFiles } from './files.js';
import { startRecordedModel } from './recorded-model.js';
import type { Recorded } from './recording.js';
import { runAttempt, type RunnerEnd } from './runner.js';

export interface RerunOptions extends Output {
  readonly attempt?: number;
  readonly build?: string;
  readonly keep?: boolean;
}

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
  /** The folder of the scratch copy, when it was to stay. */
  readonly kept: string | null;
}

/**
 * `npx dreamcore rerun <job> --recorded`: one attempt once more with the recorded answers, by the
 * runner of a build, in a copy at the version that it started from. 1 = it came out otherwise.
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
    const kept = options.keep ? path.join(dir, 'repo.git') : null;
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
  { recorded, repository }: RecordedCase,
  program: readonly string[],
): Promise<Omit<Rerun, 'job' | 'build' | 'kept'>> {
  const { input, calls } = recorded;
  const { incoming: _incoming, ...told } = input;
  const repo = await initBare(path.join(dir, 'repo.git'));
  await fetchParent(repo, dir, input.parent, repository);
  const model = await startRecordedModel(calls);
  const startedMs = performance.now();
  let last: RunnerEnd;
  try {
    const place = {
      repoDir: repo.gitDir,
      scratchDir: path.join(dir, callIdFor(input.jobId, input.attempt)),
      callbackUrl: null,
      wantBundle: false,
    };
    last = await runAttempt(program, { ...told, ...place }, model.url);
  } finally {
    await model.close();
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const now = endOf(last);
  const files = await compareFiles(
    await filesOfAttempt(openRepo(repository), input, recorded.end.revision),
    await filesOfAttempt(repo, input, now.revision),
  );
  return {
    attempt: input.attempt,
    seconds,
    recorded: describeEnd(recorded.end),
    now: describeEnd(now),
    exchanges: { recorded: calls.length, now: model.given() },
    files: files.count,
    difference: differenceOfEnds(recorded.end, now) ?? files.difference ?? model.difference(),
  };
}

/** The version that the run starts from, as the only thing that is in its repository. */
async function fetchParent(
  repo: Repo,
  dir: string,
  parent: string | null,
  repository: string,
): Promise<void> {
  if (parent === null) return;
  const file = path.join(dir, 'parent.bundle');
  await bundleWhole(openRepo(repository), { revisions: [parent], file });
  await bundleFetch(repo, { file, want: parent });
  await rm(file);
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
    count: (await listGame(now)).size,
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
    ...(rerun.kept === null ? [] : [`What it made: git --git-dir ${rerun.kept} show --all`]),
  ].join('\n');
}
