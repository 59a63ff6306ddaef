import { z } from 'zod';
import { AppError } from '../../../contracts/base/errors.js';
import { isUuid } from '../../../contracts/base/ids.js';
import { MODAL_FUNCTION, volumeRepoOf } from '../../../contracts/execution/modal.js';
import type { FilesInput, GitInput } from '../../../contracts/execution/runner.js';
import { assertContent, isAssetName, type AssetFile } from '../../../store/mirror/asset-copies.js';
import type { BundleRange } from '../../../store/mirror/bundles.js';
import type { RepoState } from '../../../store/mirror/mirror.js';
import type { ModalAnswer, ModalCalls } from '../call.js';

const ASSETS = 'assets';
const PROJECTS = 'projects';

const State = z.object({ head: z.string().nullable(), has: z.array(z.string()) });
const Advanced = z.object({ outcome: z.enum(['moved', 'same', 'ahead', 'diverged']) });
const Entries = z.object({
  entries: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['file', 'folder']),
      sizeBytes: z.number(),
      modifiedAt: z.string(),
    }),
  ),
});
type Entry = z.infer<typeof Entries>['entries'][number];
const Content = z.object({ content: z.string() });
const Pruned = z.object({ removed: z.number() });

/**
 * A user's Volume as replication sees it: the same questions as to the mirror, each one call of a
 * function.
 */
export interface Volume {
  /** False = the user never had one. */
  exists(userId: string): Promise<boolean>;
  state(userId: string, projectId: string, revisions: readonly string[]): Promise<RepoState>;
  /**
   * The commits `have..want`; null = nothing to send. Throws `RevisionMissing` when `want` is not
   * there.
   */
  exportBundle(userId: string, projectId: string, range: BundleRange): Promise<Uint8Array | null>;
  /**
   * Takes a bundle in, if one is given, and brings `main` forward. Throws `VolumeBehind` when the
   * bundle does not fit.
   */
  advanceMain(
    userId: string,
    projectId: string,
    revision: string,
    bundle: Uint8Array | null,
  ): Promise<z.infer<typeof Advanced>['outcome']>;
  /** Deletes refs of candidates older than `olderThanMs`; answers how many (E4). */
  prune(userId: string, projectId: string, olderThanMs: number): Promise<number>;
  listAssets(userId: string): Promise<AssetFile[]>;
  readAsset(userId: string, name: string): Promise<Buffer>;
  writeAsset(userId: string, name: string, bytes: Buffer): Promise<void>;
  /** Nothing there is fine. */
  removeAsset(userId: string, name: string): Promise<void>;
  listProjects(userId: string): Promise<{ projectId: string; modifiedAt: Date }[]>;
  removeProject(userId: string, projectId: string): Promise<void>;
}

type WithoutCommand<T> = T extends unknown ? Omit<T, 'command' | 'repoDir' | 'root'> : never;

/** Commands to the runner beside a Volume. */
interface Commands {
  readonly git: <T>(
    userId: string,
    projectId: string,
    op: WithoutCommand<GitInput>,
    schema: z.ZodType<T>,
    bundle?: { want: string; bytes: Uint8Array },
  ) => Promise<ModalAnswer<T>>;
  readonly files: <T>(
    userId: string,
    op: WithoutCommand<FilesInput>,
    schema: z.ZodType<T>,
  ) => Promise<T>;
  /** Empty when there is no such folder. */
  readonly list: (userId: string, path: string) => Promise<Entry[]>;
}

export function createVolume(calls: Pick<ModalCalls, 'run' | 'hasVolume'>): Volume {
  const commands = commandsOver(calls);
  return {
    exists: (userId) => calls.hasVolume(userId),
    ...commitsOf(commands),
    ...assetsOf(commands),
    ...projectsOf(commands),
  };
}

function commandsOver(calls: Pick<ModalCalls, 'run'>): Commands {
  const files: Commands['files'] = async (userId, op, schema) =>
    (
      await calls.run(
        { userId, fn: MODAL_FUNCTION.files, input: { command: 'files', root: '', ...op } },
        schema,
      )
    ).result;
  return {
    git: (userId, projectId, op, schema, bundle) =>
      calls.run(
        {
          userId,
          fn: MODAL_FUNCTION.git,
          input: { command: 'git', repoDir: volumeRepoOf(projectId), ...op },
          ...(bundle ? { bundle } : {}),
        },
        schema,
      ),
    files,
    async list(userId, path) {
      try {
        return (await files(userId, { op: 'list', path }, Entries)).entries;
      } catch (error) {
        if (error instanceof AppError && error.kind === 'FILE_NOT_FOUND') return [];
        throw error;
      }
    },
  };
}

function commitsOf({
  git,
}: Commands): Pick<Volume, 'state' | 'exportBundle' | 'advanceMain' | 'prune'> {
  return {
    state: async (userId, projectId, revisions) =>
      (await git(userId, projectId, { op: 'state', revisions: [...revisions] }, State)).result,
    exportBundle: async (userId, projectId, range) =>
      (await git(userId, projectId, { op: 'bundle', ...range, file: 'out' }, z.unknown())).bundle,
    advanceMain: async (userId, projectId, revision, bytes) =>
      (
        await git(
          userId,
          projectId,
          { op: 'set-main', revision },
          Advanced,
          bytes ? { want: revision, bytes } : undefined,
        )
      ).result.outcome,
    prune: async (userId, projectId, olderThanMs) =>
      (await git(userId, projectId, { op: 'prune', olderThanMs }, Pruned)).result.removed,
  };
}

function assetsOf({
  files,
  list,
}: Commands): Pick<Volume, 'listAssets' | 'readAsset' | 'writeAsset' | 'removeAsset'> {
  return {
    listAssets: async (userId) =>
      (await list(userId, ASSETS))
        .filter((entry) => entry.kind === 'file' && isAssetName(entry.path))
        .map(({ path, sizeBytes }) => ({ name: path, sizeBytes })),
    async readAsset(userId, name) {
      const { content } = await files(
        userId,
        { op: 'read', path: `${ASSETS}/${name}`, encoding: 'base64' },
        Content,
      );
      const bytes = Buffer.from(content, 'base64');
      assertContent(name, bytes);
      return bytes;
    },
    async removeAsset(userId, name) {
      if (!isAssetName(name)) throw new AppError('PATH_ESCAPE', 'not the name of an asset');
      await files(userId, { op: 'delete', path: `${ASSETS}/${name}` }, z.unknown());
    },
    async writeAsset(userId, name, bytes) {
      await files(
        userId,
        {
          op: 'write',
          path: `${ASSETS}/${name}`,
          content: bytes.toString('base64'),
          encoding: 'base64',
        },
        z.unknown(),
      );
    },
  };
}

function projectsOf({ files, list }: Commands): Pick<Volume, 'listProjects' | 'removeProject'> {
  return {
    listProjects: async (userId) =>
      (await list(userId, PROJECTS))
        .filter((entry) => entry.kind === 'folder' && isUuid(entry.path))
        .map(({ path, modifiedAt }) => ({ projectId: path, modifiedAt: new Date(modifiedAt) })),
    async removeProject(userId, projectId) {
      if (!isUuid(projectId)) throw new AppError('PATH_ESCAPE', 'project ids are UUIDs');
      await files(
        userId,
        { op: 'delete', path: `${PROJECTS}/${projectId.toLowerCase()}` },
        z.unknown(),
      );
    },
  };
}
