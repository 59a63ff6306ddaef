import path from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { HTTP_ROUTES } from '../../contracts/http-routes/index.js';
import { findRoute } from '../../contracts/http-routes/match.js';
import { bodyLimitOf, type HttpRoute } from '../../contracts/http-routes/route.js';
import { asDiskFull } from '../../disk/disk-full.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import { isAcceptedByName } from '../assets/media-type.js';
import { refuse } from '../guards/route-guards.js';
import { boundedBody, BodyRefused } from './body-limits.js';

/** Beside the size of the file, which the row of the route says. */
const LIMITS = {
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
 * Reads `multipart/form-data` with the one file that the row of the route allows; null = the
 * request was refused and answered.
 */
export type ReceiveUpload = (req: Request, res: Response) => Promise<Upload | null>;

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
  const parsers = new Map(
    HTTP_ROUTES.map((route) => [route, uploadParser(route, partStorage(files, arriving))]),
  );
  return async (req, res) => {
    const route = findRoute(req.method, req.path);
    const parser = route && parsers.get(route);
    if (!parser) throw new Error(`the row of ${req.method} ${req.path} takes no upload`);
    try {
      await new Promise<void>((resolve, reject) => {
        // The parser knows parts: what lies before, between and behind them counts here.
        boundedBody(req, bodyLimitOf(route)).once('error', reject).resume();
        parser(req, res, (error: unknown) => {
          if (error instanceof Error) reject(error);
          else resolve();
        });
      });
    } catch (error) {
      // Too much: the file that arrives is removed when the connection is cut.
      if (!(error instanceof BodyRefused)) await arriving.get(req)?.catch(() => undefined);
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

function uploadParser({ upload }: HttpRoute, storage: StorageEngine): RequestHandler | null {
  if (upload === undefined) return null;
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

/** Status and text for what a client got wrong; null = it is not his fault. */
function refusalOf(error: unknown): [status: number, text: string] | null {
  if (error instanceof BodyRefused)
    return error.status === 413 ? [413, 'File too large'] : [400, 'Invalid upload'];
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
