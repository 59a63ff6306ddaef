import { Pauses, untilAborted, type Backoff } from '../../concurrency.js';
import { AppError, isUnavailable } from '../../contracts/base/errors.js';
import {
  CANDIDATE_TRAILERS as TRAILERS,
  CandidateContext,
  FAILED_TRAILERS,
  PASSES,
} from '../../contracts/execution/candidate.js';
import { RunMeans, RunUsage } from '../../contracts/execution/runner.js';
import { hasOwnChecks } from '../../domain/design/rule-checks.js';
import { CONTEXT_FOLDER } from '../../domain/game/version-paths.js';
import { crashPoint } from '../../process/crash-points.js';
import { damaged } from '../../versions/format/framing.js';
import type { KeptVersion, Versions, Work } from '../../versions/kept/versions.js';
import type { RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import { gameBrief } from '../shared/projects/game-texts.js';

type Candidate = Extract<RunAgentOutcome, { kind: 'candidate' }>;

const AWAY: Backoff = { firstMs: 1_000, factor: 2, maxMs: 5_000, jitter: 0.2 };

/** What goes into a run: whole versions, a parcel each; null = there is no such version. */
export interface RunParcels {
  /** The parent's. */
  readonly parcelFile: Buffer | null;
  /** The candidate that a repair starts from. */
  readonly fromParcelFile: Buffer | null;
  /** What an earlier attempt has left. */
  readonly leftParcelFile: Buffer | null;
}

/** The parcels that an attempt needs. Throws `RevisionMissing`, `RevisionLost`. */
export async function parcelsFor(
  versions: Pick<Versions, 'parcel'>,
  { jobId: workId, projectId, spec, repair }: RunAgentInput,
  left: string | null = null,
): Promise<RunParcels> {
  const { parent } = spec;
  return {
    parcelFile: parent === null ? null : await versions.parcel({ projectId, revision: parent }),
    fromParcelFile: repair
      ? await versions.parcel({ projectId, workId, revision: repair.from })
      : null,
    leftParcelFile:
      left === null ? null : await versions.parcel({ projectId, workId, revision: left }),
  };
}

/**
 * What the last attempt at the same round has left, which failed, where that passes the check of
 * candidates all the same: the next one works on from it (P6).
 */
export async function findLeft(
  versions: Pick<Versions, 'failed'>,
  input: RunAgentInput,
): Promise<string | null> {
  const [last] = (await versions.failed(workOf(input))).filter((each) => isOf(input, each));
  return last?.commit.trailers[FAILED_TRAILERS.check] === PASSES ? last.revision : null;
}

/**
 * A checked candidate that an earlier attempt of this job made from the same parent in the same
 * round, and in a repair from the same candidate (C4); the newest one, or null.
 */
export async function findCandidate(
  versions: Pick<Versions, 'candidates' | 'readFile'>,
  input: RunAgentInput,
): Promise<Candidate | null> {
  const work = workOf(input);
  const made = (await versions.candidates(work)).find((each) => isOf(input, each));
  if (made === undefined) return null;
  const { revision } = made;
  const story = await readStory(versions, work, made);
  const brief = await briefOfWriter(versions, input, revision);
  return { kind: 'candidate', revision, ...story, ...brief, usage: usageOf(made) };
}

/**
 * Takes in the object of the candidate that a run reports (E3); an answer in words passes.
 * Throws `CandidateRefused` for an object that is not exactly that version upon its parent. While
 * the store is away it waits, until the signal aborts: the run was paid for (E4).
 */
export async function keepCandidate(
  versions: Pick<Versions, 'keep' | 'readFile'>,
  input: RunAgentInput,
  bytes: Buffer | null,
  outcome: RunAgentOutcome,
  signal?: AbortSignal,
): Promise<RunAgentOutcome> {
  if (outcome.kind === 'answer') return outcome;
  if (bytes === null) throw new AppError('RunCrashed', 'the run made no object of its candidate');
  return whileAway(async () => {
    const kept = await versions.keep(workOf(input), bytes, input.spec.parent);
    if (kept.revision !== outcome.revision || !isOf(input, kept)) throw damaged('other-version');
    crashPoint('after-candidate-commit');
    return { ...outcome, ...(await briefOfWriter(versions, input, kept.revision)) };
  }, signal);
}

async function whileAway<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const pauses = new Pauses(AWAY);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || signal?.aborted) throw error;
      await untilAborted(pauses.wait(), signal);
    }
  }
}

/** A game that was designed by rules is held against what its writer has written down instead. */
async function briefOfWriter(
  versions: Pick<Versions, 'readFile'>,
  { jobId: workId, projectId, spec, repair }: RunAgentInput,
  revision: string,
): Promise<Pick<Candidate, 'brief'>> {
  if (repair || spec.parent !== null || !spec.brief || hasOwnChecks(spec.brief)) return {};
  const brief = await gameBrief(versions, { projectId, revision, workId });
  return brief && hasOwnChecks(brief) ? { brief: { ...brief, by: 'model' } } : {};
}

/**
 * Keeps what a failed attempt had made, unchecked as a game and checked as a version (E4). Throws
 * `CandidateRefused`.
 */
export function keepFailed(
  versions: Pick<Versions, 'keepFailed'>,
  input: RunAgentInput,
  bytes: Buffer,
): Promise<void> {
  const { attempt, spec } = input;
  return versions.keepFailed({ ...workOf(input), attempt }, bytes, spec.parent);
}

const workOf = ({ jobId: workId, projectId }: RunAgentInput): Work => ({ projectId, workId });

/** A candidate without a round was made before there were any: its round made the game. */
function isOf({ jobId, spec, repair }: RunAgentInput, { parent, commit }: KeptVersion): boolean {
  const { [TRAILERS.job]: job, [TRAILERS.round]: round, [TRAILERS.from]: from } = commit.trailers;
  return (
    parent === spec.parent &&
    job === jobId &&
    (round ?? '0') === String(repair?.round ?? 0) &&
    (from ?? null) === (repair?.from ?? null)
  );
}

async function readStory(
  versions: Pick<Versions, 'readFile'>,
  work: Work,
  { revision, manifest }: KeptVersion,
): Promise<Pick<Candidate, 'summary' | 'suggestions' | 'findings' | 'means'>> {
  const notes = manifest.files.filter(({ path }) => path.startsWith(CONTEXT_FOLDER)).at(-1);
  const bytes = notes && (await versions.readFile({ ...work, revision }, notes.path));
  const context: unknown = JSON.parse(bytes?.toString('utf8') ?? '{}');
  const { aiSummary, suggestions, findings } = CandidateContext.parse(context);
  const means = RunMeans.safeParse(context).data;
  return {
    summary: aiSummary,
    suggestions,
    ...(findings.length > 0 && { findings }),
    ...(means && { means }),
  };
}

function usageOf({ commit }: KeptVersion): RunUsage | null {
  const { [TRAILERS.usage]: text } = commit.trailers;
  return text === undefined ? null : RunUsage.parse(JSON.parse(text));
}
