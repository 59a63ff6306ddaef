import { z } from 'zod';
import { ImageInput } from './images.js';
import { GenerateInput, IncomingBundle } from './runner.js';
import { VideoInput } from './video.js';

const Revision = z.string().regex(/^[0-9a-f]{40}$/);
const base = {
  command: z.literal('git'),
  repoDir: z.string(),
  incoming: IncomingBundle.optional(),
};

/** Work on a project's repository. */
export const GitInput = z.discriminatedUnion('op', [
  /** The checked candidate that a job already has for a parent (C4). */
  z.object({ ...base, op: z.literal('candidate'), jobId: z.string(), parent: Revision.nullable() }),
  z.object({
    ...base,
    op: z.literal('log'),
    revision: Revision,
    skip: z.number().int().min(0).default(0),
    limit: z.number().int().min(1).max(500).default(50),
  }),
  /** Changed text files, and the unified diff of `path` when one is named. */
  z.object({
    ...base,
    op: z.literal('diff'),
    parent: Revision.nullable(),
    revision: Revision,
    path: z.string().optional(),
  }),
  /** A new commit with the tree of `source` on top of `parent`, kept under `refs/jobs/<actionId>/1` (E5). */
  z.object({
    ...base,
    op: z.literal('restore'),
    actionId: z.string().regex(/^[\w-]+$/),
    source: Revision,
    parent: Revision,
    subject: z.string(),
  }),
  /** Writes `have..want` to `file`; a `have` that is not there counts as null. */
  z.object({
    ...base,
    op: z.literal('bundle'),
    have: Revision.nullable(),
    want: Revision,
    file: z.string(),
  }),
  /** Takes `want` out of `file` and keeps it under `refs/incoming/<want>` until `set-main` reaches it (E6). */
  z.object({ ...base, op: z.literal('fetch'), want: Revision, file: z.string() }),
  /** Where `refs/heads/main` stands (null = nowhere, or no repository), and which of `revisions` are there. */
  z.object({
    ...base,
    op: z.literal('state'),
    revisions: z.array(Revision).max(10_000).default([]),
  }),
  /** Brings `refs/heads/main` forward to a published revision, never back and never aside; what `incoming` kept alive is let go. */
  z.object({ ...base, op: z.literal('set-main'), revision: Revision }),
  /** Deletes refs of candidates and transfers whose commit is older than `olderThanMs` (E4), and what a killed git left. */
  z.object({ ...base, op: z.literal('prune'), olderThanMs: z.number().int().nonnegative() }),
]);
export type GitInput = z.infer<typeof GitInput>;

const files = { command: z.literal('files'), root: z.string() };
const Encoding = z.enum(['utf8', 'base64']).default('utf8');

/** Work on files inside one user's root; `path` is relative to it, the root to the current folder. */
export const FilesInput = z.discriminatedUnion('op', [
  z.object({ ...files, op: z.literal('list'), path: z.string().default('') }),
  z.object({ ...files, op: z.literal('read'), path: z.string(), encoding: Encoding }),
  z.object({
    ...files,
    op: z.literal('write'),
    path: z.string(),
    content: z.string(),
    encoding: Encoding,
  }),
  z.object({ ...files, op: z.literal('hash'), path: z.string() }),
  /** Every file below a folder with its sha256, hidden ones left out; an absent folder is an empty one. */
  z.object({ ...files, op: z.literal('hashes'), path: z.string().default('') }),
  /** Bytes of a folder, of each of its direct children, and the largest files below it. */
  z.object({ ...files, op: z.literal('usage'), path: z.string().default('') }),
  z.object({ ...files, op: z.literal('delete'), path: z.string() }),
]);
export type FilesInput = z.infer<typeof FilesInput>;

export const RunnerInput = z.union([GenerateInput, GitInput, FilesInput, ImageInput, VideoInput]);
export type RunnerInput = z.infer<typeof RunnerInput>;
