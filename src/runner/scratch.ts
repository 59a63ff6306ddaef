import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { AppError } from '../contracts/base/errors.js';
import type { GenerateInput } from '../contracts/execution/runner.js';
import { unpackParcel, type Parcel } from '../versions/format/parcel.js';
import { assertCandidatePaths, isVisible } from './candidate/paths.js';

/** An attempt's own folder (C4): `work` is all that the model program sees of it. */
export type Scratch = Awaited<ReturnType<typeof openScratch>>;

/** The kernel takes no longer name for a socket (108 with its end on Linux, 104 elsewhere). */
const MAX_SOCKET_PATH_BYTES = 100;
const SOCKET_NAME = 'api.sock';

/** Makes the folder anew; what an earlier, killed run of the same call left there goes first. */
export async function openScratch({
  scratchDir,
  callId,
}: Pick<GenerateInput, 'scratchDir' | 'callId'>) {
  // What is removed with all its content has to be a folder that can only be ours.
  if (!isAbsolute(scratchDir) || basename(scratchDir) !== callId)
    throw new AppError('PATH_ESCAPE', 'scratch folder does not carry the call id');
  await rm(scratchDir, { recursive: true, force: true });
  const [work, home] = [join(scratchDir, 'work'), join(scratchDir, 'home')];
  await mkdir(work, { recursive: true, mode: 0o700 });
  await mkdir(home, { mode: 0o700 });
  const near = join(scratchDir, SOCKET_NAME);
  const socketDir =
    Buffer.byteLength(near) <= MAX_SOCKET_PATH_BYTES
      ? scratchDir
      : await mkdtemp(join(tmpdir(), 'dreamcore-'));
  return {
    work,
    /** Only for a run without isolation. */
    home,
    /** The plugin of the run, outside of what is kept: the model program may not write there. */
    plugin: join(scratchDir, 'plugin'),
    /** For a copy of the game while it is played. */
    played: join(scratchDir, 'played'),
    socket: join(socketDir, SOCKET_NAME),
    async remove(): Promise<void> {
      for (const folder of new Set([scratchDir, socketDir]))
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Fills the work folder: the visible files of `start`, then what this run brings along. */
export async function fillWork(
  start: Parcel | null,
  work: string,
  { extraFiles }: Pick<GenerateInput, 'extraFiles'>,
): Promise<void> {
  if (start !== null) await unpackParcel(start, work, isVisible);
  assertCandidatePaths(extraFiles.map(({ path }) => path));
  for (const { path, content, encoding } of extraFiles) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), Buffer.from(content, encoding));
  }
}
