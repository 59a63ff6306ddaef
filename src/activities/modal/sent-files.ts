import { MAX_SENT_BYTES, volumePartOf, type SentFiles } from '../../contracts/execution/modal.js';

/** A call and the Volume that it finds. */
export interface CallPlace {
  readonly userId: string;
  readonly projectId: string;
  readonly callId: string;
}

/** Puts a file on a user's Volume, complete or not at all. */
export interface FileWriter {
  writeFile(userId: string, place: string, bytes: Buffer): Promise<void>;
}

/**
 * Files as a request has them: their bytes, or the parts of those that are too large together,
 * which are put on the Volume first. The function removes them at its end, or after a day.
 */
export async function sentFiles(
  volume: FileWriter,
  place: CallPlace,
  files: Readonly<Partial<Record<keyof SentFiles, Buffer | null>>>,
): Promise<SentFiles> {
  const sent: SentFiles = {};
  let room = MAX_SENT_BYTES;
  for (const [name, bytes] of Object.entries(files) as [keyof SentFiles, Buffer | null][]) {
    if (bytes === null) continue;
    if (bytes.length > room) sent[name] = await writeParts(volume, place, name, bytes);
    else {
      sent[name] = bytes;
      room -= bytes.length;
    }
  }
  return sent;
}

async function writeParts(
  volume: FileWriter,
  place: CallPlace,
  name: string,
  bytes: Buffer,
): Promise<string[]> {
  const parts: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += MAX_SENT_BYTES) {
    const part = volumePartOf(place, name, parts.length);
    await volume.writeFile(place.userId, part, bytes.subarray(offset, offset + MAX_SENT_BYTES));
    parts.push(part);
  }
  return parts;
}
