import path from 'node:path';
import type { Request, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { asDiskFull } from '../../disk-full.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import { refuse } from '../guards.js';
import { isAcceptedByName } from './media-type.js';

/** The largest file that is taken: below 1 MiB (rest.md §7.1). */
const MAX_FILE_BYTES = 1024 * 1024 - 1;
const LIMITS = {
  fileSize: MAX_FILE_BYTES,
  files: 1,
  fields: 10,
  parts: 20,
  fieldNameSize: 100,
  fieldSize: 64 * 1024,
  headerPairs: 50,
};

/** A file that was taken in, and the fields beside it. */
export interface Upload {
  /** Null = the request carried no file. */
  readonly file: {
    readonly path: string;
    readonly sizeBytes: number;
    readonly name: string;
  } | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

class InvalidFileType extends Error {}

/**
 * Reads `multipart/form-data` with one file in the field `field`; null = the request was refused
 * and answered.
 */
export type ReceiveUpload = (req: Request, res: Response, field: string) => Promise<Upload | null>;

/**
 * Streams an upload to disk within its limits. Whatever is wrong with it is answered as `{error}`
 * (rest.md §12), and nothing of it is left; so it is when the client goes away. A file that was
 * taken in is the caller's to keep or discard.
 */
export function createReceiver(files: AssetFiles): ReceiveUpload {
  /**
   * Files on their way to the disk: the parser hears of a disk that is full before what was written
   * is gone again.
   */
  const arriving = new WeakMap<Request, Promise<unknown>>();
  const uploads = multer({
    storage: partStorage(files, arriving),
    limits: LIMITS,
    defParamCharset: 'utf8',
    fileFilter: (_req, file, accept) => {
      if (isAcceptedByName({ name: file.originalname, mime: file.mimetype })) accept(null, true);
      else accept(new InvalidFileType());
    },
  });
  return async (req, res, field) => {
    try {
      await new Promise<void>((resolve, reject) => {
        uploads.single(field)(req, res, (error: unknown) => {
          if (error instanceof Error) reject(error);
          else resolve();
        });
      });
    } catch (error) {
      await arriving.get(req)?.catch(() => undefined);
      const refusal = refusalOf(error);
      // A stream that cannot be written tells the parser itself, in the system's words.
      if (refusal === null) throw asDiskFull(error, 'no space left for an asset');
      refuse(res, ...refusal);
      return null;
    }
    const { file } = req;
    const fields = (req.body ?? {}) as Record<string, unknown>;
    return {
      file: file
        ? { path: file.path, sizeBytes: file.size, name: path.posix.basename(file.originalname) }
        : null,
      fields,
    };
  };
}

/** Status and text for what a client got wrong; null = it is not his fault. */
function refusalOf(error: unknown): [status: number, text: string] | null {
  if (error instanceof InvalidFileType) return [415, 'Invalid file type'];
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') return [413, 'File too large'];
    return [400, error.code === 'LIMIT_UNEXPECTED_FILE' ? 'Unexpected field' : error.message];
  }
  // The parser's own words for a body that is no multipart body, or ends too early.
  return error instanceof Error &&
    /^(Malformed|Multipart|Unexpected end|Request (aborted|closed)|Unsupported content type)/.test(
      error.message,
    )
    ? [400, 'Invalid upload']
    : null;
}

function partStorage(
  files: AssetFiles,
  arriving: WeakMap<Request, Promise<unknown>>,
): StorageEngine {
  return {
    _handleFile(req, file, done) {
      const arrival = files.receive(file.stream);
      arriving.set(req, arrival);
      arrival.then(
        (part) => {
          done(null, { path: part.path, size: part.sizeBytes });
        },
        (error: unknown) => {
          done(error);
        },
      );
    },
    _removeFile(_req, file, done) {
      files.discard(file.path).then(
        () => {
          done(null);
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
    },
  };
}
