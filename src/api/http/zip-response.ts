import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { ZipArchive, type ZipOptions } from 'archiver';
import type { Response } from 'express';
import { logOf } from './request-log.js';

/** Puts one entry in; resolves when it was read, so that no more than one is held in memory. */
export type AddEntry = (name: string, content: Buffer | string, date?: Date) => Promise<void>;

/**
 * Sends a zip whose entries `fill` reads as it is sent. A failure on the way is logged as `failed`
 * and cuts the connection: a zip that is not whole does not look like one that is.
 */
export async function sendZip(
  res: Response,
  { name, failed, ...options }: ZipOptions & { name: string; failed: string },
  fill: (add: AddEntry) => Promise<void>,
): Promise<void> {
  const archive = new ZipArchive(options);
  const gone = new AbortController();
  const add: AddEntry = async (entry, content, date = new Date()) => {
    const added = once(archive, 'entry', { signal: gone.signal });
    archive.append(content, { name: entry, date });
    await added;
  };
  res.set({
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="${name}"`,
  });
  const sent = pipeline(archive, res).finally(() => gone.abort());
  const filled = fill(add).then(
    () => archive.finalize(),
    (error: unknown) => {
      // A client that disconnects is no failure of ours.
      if (!gone.signal.aborted) logOf(res).error({ err: error }, failed);
      res.destroy();
    },
  );
  await Promise.allSettled([sent, filled]);
}
