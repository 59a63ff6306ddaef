import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../contracts/base/errors.js';
import { isUuid } from '../../../contracts/base/ids.js';
import {
  MODAL_FUNCTION,
  volumeProjectOf,
  volumeRepoOf,
  type SentFiles,
} from '../../../contracts/execution/modal.js';
import type { FilesInput, GitInput } from '../../../contracts/execution/runner.js';
import type { ModalCalls } from '../call.js';
import { isAssetName } from '../../../objects/assets.js';
import type { AssetFile } from '../own-assets.js';
import { sentFiles, type CallPlace } from '../sent-files.js';

const ASSETS = 'assets';
const PROJECTS = 'projects';

const State = z.object({ head: z.string().nullable(), has: z.array(z.string()) });
const Bundle = z.object({ bundle: z.string().nullable() });
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

/** A version as the view takes it in. */
export interface SentVersion {
  readonly revision: string;
  readonly object: Buffer;
}

type WithoutCommand<T> = T extends unknown ? Omit<T, 'command' | 'repoDir' | 'root'> : never;

export type Volume = ReturnType<typeof createVolume>;

/** A user's Volume as replication sees it: each question is one call of a function. */
export function createVolume(calls: Pick<ModalCalls, 'run' | 'hasVolume'>) {
  const commands = commandsOver(calls);
  return {
    /** False = the user never had one. */
    exists: (userId: string) => calls.hasVolume(userId),
    ...viewOf(commands),
    ...foldersOf(commands),
  };
}

type Commands = ReturnType<typeof commandsOver>;

/** Commands to the runner beside a Volume. */
function commandsOver(calls: Pick<ModalCalls, 'run'>) {
  const files = async <T>(
    userId: string,
    op: WithoutCommand<FilesInput>,
    schema: z.ZodType<T>,
  ): Promise<T> => {
    const input = { command: 'files', root: '', ...op } as const;
    return (await calls.run({ userId, fn: MODAL_FUNCTION.files, input }, schema)).result;
  };
  const git = async <T>(
    { userId, projectId, callId }: CallPlace,
    op: WithoutCommand<GitInput>,
    schema: z.ZodType<T>,
    sent: SentFiles = {},
  ): Promise<T> => {
    const input = { command: 'git', repoDir: volumeRepoOf(projectId), ...op } as const;
    const call = { userId, callId, fn: MODAL_FUNCTION.git, input, files: sent };
    return (await calls.run(call, schema)).result;
  };
  const write = async (userId: string, path: string, bytes: Buffer): Promise<void> => {
    const content = bytes.toString('base64');
    await files(userId, { op: 'write', path, content, encoding: 'base64' }, z.unknown());
  };
  /** Empty when there is no such folder. */
  const list = async (userId: string, path: string): Promise<Entry[]> => {
    try {
      return (await files(userId, { op: 'list', path }, Entries)).entries;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'FILE_NOT_FOUND') return [];
      throw error;
    }
  };
  return { files, git, write, list };
}

function viewOf({ git, write }: Commands) {
  const placeOf = (userId: string, projectId: string): CallPlace => ({
    userId,
    projectId,
    callId: randomUUID(),
  });
  return {
    writeFile: write,
    /** Where `main` stands (null = nowhere), and which of `revisions` (newest first) are there. */
    state: (userId: string, projectId: string, revisions: readonly string[]) =>
      git(placeOf(userId, projectId), { op: 'state', revisions: [...revisions] }, State),
    /** A version of an older release, with all that it follows, as a bundle; null = not there. */
    async oldBundle(userId: string, projectId: string, revision: string): Promise<Buffer | null> {
      const { bundle } = await git(placeOf(userId, projectId), { op: 'bundle', revision }, Bundle);
      return bundle === null ? null : Buffer.from(bundle, 'base64');
    },
    /**
     * Adds versions to the view, oldest first, and brings `main` forward to the first of `line`
     * (newest first; none = it stays). Throws `CandidateRefused` when git does not take them,
     * `RevisionMissing` when the first is not there.
     */
    async apply(
      userId: string,
      projectId: string,
      versions: readonly SentVersion[],
      line: readonly string[],
    ): Promise<void> {
      const place = placeOf(userId, projectId);
      const objectsFile =
        versions.length === 0 ? null : Buffer.concat(versions.map(({ object }) => object));
      const sent = await sentFiles({ writeFile: write }, place, { objectsFile });
      const sizes = versions.map((each) => ({
        revision: each.revision,
        sizeBytes: each.object.length,
      }));
      const op = { line: [...line], versions: sizes, objectsFile: null };
      await git(place, { op: 'apply', ...op }, z.unknown(), sent);
    },
  };
}

function foldersOf({ files, list, write }: Commands) {
  const remove = async (userId: string, path: string): Promise<void> => {
    await files(userId, { op: 'delete', path }, z.unknown());
  };
  return {
    listAssets: async (userId: string): Promise<AssetFile[]> =>
      (await list(userId, ASSETS))
        .filter((entry) => entry.kind === 'file' && isAssetName(entry.path))
        .map(({ path, sizeBytes }) => ({ name: path, sizeBytes })),
    /** Nothing there is fine. */
    async removeAsset(userId: string, name: string): Promise<void> {
      if (!isAssetName(name)) throw new AppError('PATH_ESCAPE', 'not the name of an asset');
      await remove(userId, `${ASSETS}/${name}`);
    },
    writeAsset: (userId: string, name: string, bytes: Buffer) =>
      write(userId, `${ASSETS}/${name}`, bytes),
    listProjects: async (userId: string) =>
      (await list(userId, PROJECTS))
        .filter((entry) => entry.kind === 'folder' && isUuid(entry.path))
        .map(({ path, modifiedAt }) => ({ projectId: path, modifiedAt: new Date(modifiedAt) })),
    async removeProject(userId: string, projectId: string): Promise<void> {
      if (!isUuid(projectId)) throw new AppError('PATH_ESCAPE', 'project ids are UUIDs');
      await remove(userId, volumeProjectOf(projectId));
    },
    async removeAll(userId: string): Promise<void> {
      for (const folder of [PROJECTS, ASSETS]) await remove(userId, folder);
    },
  };
}
