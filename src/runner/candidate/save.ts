import { cut } from '../../contracts/base/cut.js';
import { CANDIDATE_TRAILERS as TRAILERS } from '../../contracts/execution/candidate.js';
import type {
  GenerateInput,
  GenerateResult,
  RunMeans,
  RunUsage,
} from '../../contracts/execution/runner.js';
import { CONTEXT_FOLDER } from '../../domain/game/version-paths.js';
import {
  encodeVersion,
  type EncodedVersion,
  type FileBytes,
} from '../../versions/format/encode.js';
import type { Parcel } from '../../versions/format/parcel.js';
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

type Job = Pick<GenerateInput, 'jobId' | 'parent' | 'round' | 'from' | 'userText'>;

const SUBJECT_CHARS = 50;

/**
 * The version object of a checked candidate (E2), with V2's `.ai-context` beside the files. Bytes
 * that `parent` has are named by their place there.
 */
export function encodeCandidate(
  job: Job,
  parent: Parcel | null,
  files: readonly FileBytes[],
  story: CandidateStory,
  madeAt = new Date(),
): Promise<EncodedVersion> {
  return encodeVersion(
    {
      parent: job.parent,
      message: {
        subject: cut(job.userText.replace(/\s+/g, ' ').trim(), SUBJECT_CHARS),
        trailers: {
          [TRAILERS.job]: job.jobId,
          [TRAILERS.round]: String(job.round),
          ...(job.from !== null && { [TRAILERS.from]: job.from }),
          ...(story.usage && { [TRAILERS.usage]: JSON.stringify(story.usage) }),
        },
      },
      madeAt,
      kept: [],
      files: [...files, contextFile(job, story, madeAt)],
    },
    parent?.manifest.files,
  );
}

function contextFile({ userText }: Job, story: CandidateStory, madeAt: Date): FileBytes {
  const timestamp = madeAt.toISOString();
  const context = {
    timestamp,
    userPrompt: userText,
    aiSummary: story.summary,
    ...story.means,
    generator: 'claude',
    edits: story.edits,
    systemPromptVersion: '1.0',
    suggestions: story.suggestions,
    findings: story.findings,
  };
  const name = timestamp.slice(0, 19).replaceAll(':', '-');
  return {
    path: `${CONTEXT_FOLDER}${name}.json`,
    bytes: Buffer.from(`${JSON.stringify(context, null, 2)}\n`),
  };
}
