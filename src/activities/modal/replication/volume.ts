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
import { sentFiles, type CallPlace, type FileWriter } from '../sent-files.js';

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

/** A user's Volume as replication sees it: each question is one call of a function. */
export interface Volume extends FileWriter {
  /** False = the user never had one. */
  exists(userId: string): Promise<boolean>;
  /** Where `main` stands (null = nowhere), and which of `revisions` (newest first) are there. */
  state(
    userId: string,
    projectId: string,
    revisions: readonly string[],
  ): Promise<z.infer<typeof State>>;
  /**
   * Adds versions to the view, oldest first, and brings `main` forward to the first of `line`
   * (newest first; none = it stays). Throws `CandidateRefused` when git does not take them,
   * `RevisionMissing` when the first is not there.
   */
  apply(
    userId: string,
    projectId: string,
    versions: readonly SentVersion[],
    line: readonly string[],
  ): Promise<void>;
  /** A version of an older release, with all that it follows, as a bundle; null = not there. */
  oldBundle(userId: string, projectId: string, revision: string): Promise<Buffer | null>;
  listAssets(userId: string): Promise<AssetFile[]>;
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
    { userId, projectId, callId }: CallPlace,
    op: WithoutCommand<GitInput>,
    schema: z.ZodType<T>,
    files?: SentFiles,
  ) => Promise<T>;
  readonly files: <T>(
    userId: string,
    op: WithoutCommand<FilesInput>,
    schema: z.ZodType<T>,
  ) => Promise<T>;
  readonly write: FileWriter['writeFile'];
  /** Empty when there is no such folder. */
  readonly list: (userId: string, path: string) => Promise<Entry[]>;
}

export function createVolume(calls: Pick<ModalCalls, 'run' | 'hasVolume'>): Volume {
  const commands = commandsOver(calls);
  return {
    exists: (userId) => calls.hasVolume(userId),
    ...viewOf(commands),
    ...foldersOf(commands),
  };
}

function commandsOver(calls: Pick<ModalCalls, 'run'>): Commands {
  const files: Commands['files'] = async (userId, op, schema) => {
    const input = { command: 'files', root: '', ...op } as const;
    return (await calls.run({ userId, fn: MODAL_FUNCTION.files, input }, schema)).result;
  };
  return {
    files,
    async git({ userId, projectId, callId }, op, schema, sent = {}) {
      const input = { command: 'git', repoDir: volumeRepoOf(projectId), ...op } as const;
      const call = { userId, callId, fn: MODAL_FUNCTION.git, input, files: sent };
      return (await calls.run(call, schema)).result;
    },
    async write(userId, path, bytes) {
      const content = bytes.toString('base64');
      await files(userId, { op: 'write', path, content, encoding: 'base64' }, z.unknown());
    },
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

function viewOf({
  git,
  write,
}: Commands): Pick<Volume, 'state' | 'apply' | 'oldBundle' | 'writeFile'> {
  const placeOf = (userId: string, projectId: string): CallPlace => ({
    userId,
    projectId,
    callId: randomUUID(),
  });
  return {
    writeFile: write,
    state: (userId, projectId, revisions) =>
      git(placeOf(userId, projectId), { op: 'state', revisions: [...revisions] }, State),
    async oldBundle(userId, projectId, revision) {
      const { bundle } = await git(placeOf(userId, projectId), { op: 'bundle', revision }, Bundle);
      return bundle === null ? null : Buffer.from(bundle, 'base64');
    },
    async apply(userId, projectId, versions, line) {
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

function foldersOf({
  files,
  list,
  write,
}: Commands): Omit<Volume, 'exists' | 'state' | 'apply' | 'oldBundle' | 'writeFile'> {
  const remove = async (userId: string, path: string): Promise<void> => {
    await files(userId, { op: 'delete', path }, z.unknown());
  };
  return {
    listAssets: async (userId) =>
      (await list(userId, ASSETS))
        .filter((entry) => entry.kind === 'file' && isAssetName(entry.path))
        .map(({ path, sizeBytes }) => ({ name: path, sizeBytes })),
    async removeAsset(userId, name) {
      if (!isAssetName(name)) throw new AppError('PATH_ESCAPE', 'not the name of an asset');
      await remove(userId, `${ASSETS}/${name}`);
    },
    writeAsset: (userId, name, bytes) => write(userId, `${ASSETS}/${name}`, bytes),
    listProjects: async (userId) =>
      (await list(userId, PROJECTS))
        .filter((entry) => entry.kind === 'folder' && isUuid(entry.path))
        .map(({ path, modifiedAt }) => ({ projectId: path, modifiedAt: new Date(modifiedAt) })),
    async removeProject(userId, projectId) {
      if (!isUuid(projectId)) throw new AppError('PATH_ESCAPE', 'project ids are UUIDs');
      await remove(userId, volumeProjectOf(projectId));
    },
  };
}
