import {
  RunMeans,
  type GenerateInput,
  type GenerateResult,
  type RunUsage,
} from '../../contracts/execution/runner.js';
import { commitFiles, type HashedFile } from '../../git/commit.js';
import type { Repo } from '../../git/process.js';
import { CONTEXT_FOLDER } from '../../domain/game/version-paths.js';
import { listTree, logPage, readFile, type LogEntry } from '../../git/read.js';
import { candidateRef, listCandidates } from '../../git/job-refs.js';
import { syncRef } from '../../git/refs.js';
import type { Edit } from './edits.js';

export type CandidateResult = Extract<GenerateResult, { kind: 'candidate' }>;

/** What a run leaves beside the game's files. */
export interface CandidateStory {
  readonly summary: string;
  readonly suggestions: readonly string[];
  readonly means: RunMeans;
  readonly edits: readonly Edit[];
  readonly usage: RunUsage | null;
  /** What the check found doubtful (E2). */
  readonly findings: readonly string[];
}

type Job = Pick<GenerateInput, 'jobId' | 'attempt' | 'parent' | 'round' | 'from' | 'userText'>;

const JOB_TRAILER = 'Job-Id';
const ROUND_TRAILER = 'Round';
const FROM_TRAILER = 'From';
const USAGE_TRAILER = 'Run-Usage';
const SUBJECT_CHARS = 50;

/**
 * Commits a checked candidate under the job's own ref (E2), with V2's `.ai-context` beside the
 * files. Answers its revision.
 */
export async function saveCandidate(
  repo: Repo,
  job: Job,
  files: readonly HashedFile[],
  story: CandidateStory,
  now = new Date(),
): Promise<string> {
  const timestamp = now.toISOString();
  const context = {
    timestamp,
    userPrompt: job.userText,
    aiSummary: story.summary,
    ...story.means,
    generator: 'claude',
    edits: story.edits,
    systemPromptVersion: '1.0',
    suggestions: story.suggestions,
    findings: story.findings,
  };
  const name = timestamp.slice(0, 19).replaceAll(':', '-');
  return commitFiles(
    repo,
    files,
    [{ path: `${CONTEXT_FOLDER}${name}.json`, content: `${JSON.stringify(context, null, 2)}\n` }],
    {
      subject: [...job.userText.replace(/\s+/g, ' ').trim()].slice(0, SUBJECT_CHARS).join(''),
      trailers: {
        [JOB_TRAILER]: job.jobId,
        [ROUND_TRAILER]: String(job.round),
        ...(job.from === null ? {} : { [FROM_TRAILER]: job.from }),
        ...(story.usage ? { [USAGE_TRAILER]: JSON.stringify(story.usage) } : {}),
      },
    },
    { ref: candidateRef(job.jobId, job.attempt), expected: null, parent: job.parent },
  );
}

/**
 * A checked candidate that an earlier attempt of this job made from the same parent in the same
 * round, and in a repair from the same candidate (C4); the newest one, or null.
 */
export async function findCandidate(
  repo: Repo,
  job: Pick<Job, 'jobId' | 'parent' | 'round' | 'from'>,
): Promise<CandidateResult | null> {
  const refs = await listCandidates(repo, job.jobId);
  for (const { ref, revision } of refs.sort(
    (left, right) => right.committedAt.getTime() - left.committedAt.getTime(),
  )) {
    const [entry] = await logPage(repo, revision, { skip: 0, limit: 1 });
    if (!entry || !isOf(job, entry)) continue;
    await syncRef(repo, ref);
    const story = await readStory(repo, revision);
    return {
      kind: 'candidate',
      revision,
      parent: job.parent,
      ...story,
      usage: parseUsage(entry.trailers[USAGE_TRAILER]),
      skippedEntries: [],
      permissionDenials: 0,
      bundlePath: null,
    };
  }
  return null;
}

/** A candidate without a round was made before there were any: its round made the game. */
function isOf(
  job: Pick<Job, 'jobId' | 'parent' | 'round' | 'from'>,
  { parent, trailers }: LogEntry,
): boolean {
  return (
    parent === job.parent &&
    trailers[JOB_TRAILER] === job.jobId &&
    (trailers[ROUND_TRAILER] ?? '0') === String(job.round) &&
    (trailers[FROM_TRAILER] ?? null) === job.from
  );
}

async function readStory(
  repo: Repo,
  revision: string,
): Promise<{ summary: string; suggestions: string[]; findings: string[]; means?: RunMeans }> {
  const path = (await listTree(repo, revision))
    .map((entry) => entry.path)
    .filter((each) => each.startsWith(CONTEXT_FOLDER))
    .at(-1);
  const bytes = path === undefined ? null : await readFile(repo, revision, path);
  const context = JSON.parse(bytes?.toString('utf8') ?? '{}') as {
    aiSummary?: string;
    suggestions?: string[];
    findings?: string[];
  };
  const { aiSummary = '', suggestions = [], findings = [] } = context;
  const means = RunMeans.safeParse(context).data;
  return { summary: aiSummary, suggestions, findings, ...(means && { means }) };
}

function parseUsage(trailer: string | undefined): RunUsage | null {
  return trailer === undefined ? null : (JSON.parse(trailer) as RunUsage);
}
