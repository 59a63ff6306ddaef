import { LRUCache } from 'lru-cache';
import { AppError } from '../../contracts/base/errors.js';
import { idInKey } from '../../objects/kept-files.js';
import { listAll, readBytes, type ObjectStore } from '../../objects/object-store.js';
import {
  damaged,
  MAGIC,
  openSegment,
  readManifest,
  readTail,
  TAIL_BYTES,
} from '../format/framing.js';
import { placeOf, type Manifest, type ManifestFile, type ObjectPlace } from '../format/manifest.js';

const PREFIX = 'p/';
const OBJECT_NAME = /^[0-9a-f]{64}$/;
const FAILED_NAME = /^failed-([1-9]\d*)$/;
/** The page of most games and the manifest: one request reads both (E7). */
const TAIL_READ_BYTES = 64 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;
/** Larger files push too much else out. */
const MAX_CACHED_FILE_BYTES = 2 * 1024 * 1024;
const MANIFEST_WEIGHT_BYTES = 300;

/** A version's object and its manifest. */
export interface OpenVersion {
  readonly place: ObjectPlace;
  readonly manifest: Manifest;
  /** The last bytes of the object, as many as were read with the manifest. */
  readonly end: Buffer;
}

/** An object of a job or an action, and when it was stored. */
export interface ListedObject extends ObjectPlace {
  readonly madeAt: Date;
}

/** What a failed attempt left; its place is named by the attempt, not by its bytes. */
export interface FailedWork extends OpenVersion {
  readonly attempt: number;
}

/** Names a place what a failed attempt left? No other version may refer to that. */
export const isOfFailed = ({ sha }: ObjectPlace): boolean => FAILED_NAME.test(sha);

/** Prefix of all that a project has. */
export const projectPrefix = (projectId: string): string => `${PREFIX}${idInKey(projectId)}/`;
const workPrefix = (projectId: string, workId: string): string =>
  `${projectPrefix(projectId)}${workId.toLowerCase()}/`;

/** Where the last work of a failed attempt is kept for a while. */
export const failedKey = (projectId: string, jobId: string, attempt: number): string =>
  `${workPrefix(projectId, jobId)}failed-${attempt}`;

/**
 * Version objects by their places. Opened manifests and files read of late stay in memory: an
 * object never changes.
 */
export class VersionObjects {
  private readonly opened = new LRUCache<string, OpenVersion>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ manifest, end }) =>
      end.length + manifest.files.length * MANIFEST_WEIGHT_BYTES,
  });
  private readonly files = new LRUCache<string, Buffer>({
    maxSize: CACHE_BYTES,
    maxEntrySize: MAX_CACHED_FILE_BYTES,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });

  constructor(private readonly objects: ObjectStore) {}

  /** Null = there is no such object. */
  async open(projectId: string, place: ObjectPlace): Promise<OpenVersion | null> {
    const key = keyOf(projectId, place);
    const known = this.opened.get(key);
    if (known) return known;
    const version = await openAt(this.objects, key, place).catch(asLost);
    if (version) this.opened.set(key, version);
    return version;
  }

  /** As `open`, of work that is not published: one that is damaged is as none. */
  async openUnpublished(projectId: string, place: ObjectPlace): Promise<OpenVersion | null> {
    return this.open(projectId, place).catch(asNone);
  }

  /** A segment as it is stored. Throws `RevisionLost` when its object is gone. */
  async segment(
    projectId: string,
    { place, end }: OpenVersion,
    file: ManifestFile,
  ): Promise<Buffer> {
    const { offset, length, ...of } = placeOf(file, place);
    const endsAt = place.sizeBytes - end.length;
    if (of.sha === place.sha && offset >= endsAt)
      return end.subarray(offset - endsAt, offset - endsAt + length);
    return readRange(this.objects, keyOf(projectId, of), offset, length).catch(asLost);
  }

  /** A file's bytes, shared with other readers: not to be written to. */
  async read(projectId: string, version: OpenVersion, file: ManifestFile): Promise<Buffer> {
    const key = `${projectId} ${file.sha}`;
    const known = this.files.get(key);
    if (known) return known;
    const segment = await this.segment(projectId, version, file);
    const bytes = await openSegment(file, segment).catch(asLost);
    this.files.set(key, bytes);
    return bytes;
  }

  /** All bytes of an object. Throws `RevisionLost`. */
  whole(projectId: string, place: ObjectPlace): Promise<Buffer> {
    return readRange(this.objects, keyOf(projectId, place), 0, place.sizeBytes);
  }

  /** A key is its bytes: a repeat changes nothing (E4). */
  async put(
    projectId: string,
    workId: string,
    { sha, bytes }: { sha: string; bytes: Buffer },
  ): Promise<ObjectPlace> {
    const place = { workId: workId.toLowerCase(), sha, sizeBytes: bytes.length };
    await this.objects.put(keyOf(projectId, place), bytes);
    return place;
  }

  /** Stores what a failed attempt left, in place of what it had left before. */
  async putFailed(projectId: string, jobId: string, attempt: number, bytes: Buffer): Promise<void> {
    await this.objects.put(failedKey(projectId, jobId, attempt), bytes);
  }

  /** What a job or an action made: its versions, without what its failed attempts left. */
  list(projectId: string, workId: string): Promise<ListedObject[]> {
    return this.listNamed(projectId, workId, OBJECT_NAME);
  }

  /** What the failed attempts of a job left, an object each. */
  async listFailed(projectId: string, workId: string): Promise<FailedWork[]> {
    const found: FailedWork[] = [];
    for (const place of await this.listNamed(projectId, workId, FAILED_NAME)) {
      const opening = openAt(this.objects, keyOf(projectId, place), place);
      const version = await opening.catch(asLost).catch(asNone);
      if (version) found.push({ ...version, attempt: Number(FAILED_NAME.exec(place.sha)?.[1]) });
    }
    return found;
  }

  private async listNamed(
    projectId: string,
    workId: string,
    wanted: RegExp,
  ): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    for await (const info of listAll(this.objects, workPrefix(projectId, workId))) {
      const sha = info.key.split('/').at(-1) ?? '';
      if (!wanted.test(sha)) continue;
      const { sizeBytes, modifiedAt: madeAt } = info;
      found.push({ workId: workId.toLowerCase(), sha, sizeBytes, madeAt });
    }
    return found;
  }
}

/** The key of a version's object. */
export function keyOf(
  projectId: string,
  { workId, sha }: Pick<ObjectPlace, 'workId' | 'sha'>,
): string {
  return `${workPrefix(projectId, workId)}${sha}`;
}

async function openAt(
  objects: ObjectStore,
  key: string,
  place: ObjectPlace,
): Promise<OpenVersion | null> {
  const { sizeBytes } = place;
  const start = Math.max(0, sizeBytes - TAIL_READ_BYTES);
  const end = await rangeOrNull(objects, key, start, sizeBytes - start);
  if (end === null) return null;
  const tail = readTail(MAGIC.object, end.subarray(-TAIL_BYTES), sizeBytes);
  const packed =
    tail.offset >= start
      ? end.subarray(tail.offset - start, tail.offset - start + tail.length)
      : await readRange(objects, key, tail.offset, tail.length);
  return { place, manifest: await readManifest(packed), end };
}

/** What was checked before it was stored, and is damaged now, is as lost as what is gone. */
function asLost(error: unknown): never {
  const isDamaged = error instanceof AppError && error.kind === 'CandidateRefused';
  if (!isDamaged && !(error instanceof RangeError)) throw error;
  throw new AppError('RevisionLost', `an object is damaged: ${error.message}`);
}

function asNone(error: unknown): null {
  if (error instanceof AppError && error.kind === 'RevisionLost') return null;
  throw error;
}

async function readRange(
  objects: ObjectStore,
  key: string,
  offset: number,
  length: number,
): Promise<Buffer> {
  const bytes = await rangeOrNull(objects, key, offset, length);
  if (bytes === null) throw new AppError('RevisionLost', `the object ${key} is gone`);
  return bytes;
}

async function rangeOrNull(
  objects: ObjectStore,
  key: string,
  offset: number,
  length: number,
): Promise<Buffer | null> {
  if (length === 0) return Buffer.alloc(0);
  const part = await objects.range(key, offset, offset + length - 1);
  if (part === null) return null;
  const bytes = await readBytes(part);
  if (bytes.length !== length) throw damaged('object-size');
  return bytes;
}
