import path from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { bodyLimitOf, type RouteRow } from '../../contracts/http-routes/route.js';
import { asDiskFull } from '../../disk/disk-full.js';
import type { ReceivedFiles } from '../../disk/received-files.js';
import { isAcceptedByName } from '../assets/media-type.js';
import { boundedBody, BodyRefused } from './body-limits.js';
import { refusal, type Refusal } from './refusal.js';

/** Limits beside the size of the file, which is in the route's row. */
const LIMITS = {
  files: 1,
  fields: 10,
  parts: 20,
  fieldNameSize: 100,
  fieldSize: 64 * 1024,
  headerPairs: 50,
};

/** A file that was received, and the fields beside it. */
export interface Upload {
  readonly file: { readonly path: string; readonly sizeBytes: number; readonly name: string };
  readonly fields: Readonly<Record<string, unknown>>;
}

class InvalidFileType extends Error {}

/** Reads `multipart/form-data` with the one file that the row allows, and uses it. */
export type ReceiveUpload = <T>(use: (upload: Upload) => Promise<T>) => Promise<T>;

/**
 * Streams an upload to disk within its limits. Whatever is wrong with it is refused as `{error}`
 * (rest.md §12), and nothing of it is left; so it is when the client goes away, and when the file
 * has been used.
 */
export function createReceiver(
  files: ReceivedFiles,
): (route: RouteRow) => (req: Request, res: Response) => ReceiveUpload {
  /**
   * Files on their way to the disk: the parser learns of a full disk before what was written is
   * removed.
   */
  const arriving = new WeakMap<Request, Promise<unknown>>();
  const storage = partStorage(files, arriving);
  return (route) => {
    const parser = uploadParser(route, storage);
    return (req, res) => async (use) => {
      try {
        await parsed(parser, req, res, bodyLimitOf(route));
      } catch (error) {
        // Too much: the file that arrives is removed when the connection is cut.
        if (!(error instanceof BodyRefused)) await arriving.get(req)?.catch(() => undefined);
        // A stream that cannot be written gives the parser the system's own error.
        throw refusalFor(error) ?? asDiskFull(error, 'no space left for an upload');
      }
      const { file } = req;
      if (!file) throw refusal(400, 'No file uploaded');
      const { path: place, size: sizeBytes } = file;
      try {
        return await use({
          file: { path: place, sizeBytes, name: path.posix.basename(file.originalname) },
          fields: (req.body ?? {}) as Record<string, unknown>,
        });
      } finally {
        await files.discard(place);
      }
    };
  };
}

function parsed(
  parser: RequestHandler,
  req: Request,
  res: Response,
  limitBytes: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The parser knows parts: what lies before, between and behind them counts here.
    boundedBody(req, limitBytes).once('error', reject).resume();
    void parser(req, res, (error: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
}

function uploadParser({ upload }: RouteRow, storage: StorageEngine): RequestHandler {
  if (upload === undefined) throw new Error('the row has no upload');
  return multer({
    storage,
    limits: { ...LIMITS, fileSize: upload.maxFileBytes },
    defParamCharset: 'utf8',
    fileFilter: (_req, file, accept) => {
      if (isAcceptedByName({ name: file.originalname, mime: file.mimetype })) accept(null, true);
      else accept(new InvalidFileType());
    },
  }).single(upload.field);
}

/** The refusal of what a client got wrong; null = the failure is ours. */
function refusalFor(error: unknown): Refusal | null {
  if (error instanceof BodyRefused)
    return error.status === 413 ? refusal(413, 'File too large') : refusal(400, 'Invalid upload');
  if (error instanceof InvalidFileType) return refusal(415, 'Invalid file type');
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') return refusal(413, 'File too large');
    const isOther = error.code === 'LIMIT_UNEXPECTED_FILE';
    return refusal(400, isOther ? 'Unexpected field' : error.message);
  }
  // The parser's own texts for a body that is no multipart body, or ends too early.
  return error instanceof Error &&
    /^(Malformed|Multipart|Unexpected end|Request (aborted|closed)|Unsupported content type)/.test(
      error.message,
    )
    ? refusal(400, 'Invalid upload')
    : null;
}

function partStorage(
  files: ReceivedFiles,
  arriving: WeakMap<Request, Promise<unknown>>,
): StorageEngine {
  return {
    _handleFile(req, file, done) {
      const arrival = files.receive(file.stream);
      arriving.set(req, arrival);
      arrival.then((part) => done(null, { path: part.path, size: part.sizeBytes }), done);
    },
    _removeFile(_req, file, done) {
      files.discard(file.path).then(() => done(null), done);
    },
  };
}
