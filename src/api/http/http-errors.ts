import { readFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import path from 'node:path';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { AppError, ERROR_POLICY, UNAVAILABLE_SENTENCE } from '../../contracts/base/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import { CLIENT_DIR } from '../../process/programs.js';
import { raiseByPolicy, type Alerts } from '../../store/alerts.js';
import { isAway } from '../away.js';
import { siteTags, withTags } from '../games/game-previews.js';
import { Refusal } from './refusal.js';
import { logOf } from './request-log.js';

/** When a client comes again for what is away now. */
export const RETRY_AFTER_S = 5;
/** The alert ends when no request failed so for this long. */
const ALERT_STANDS_MS = 5 * 60_000;

/** Prefixes below which a missing path is never answered with a page. */
const NO_PAGES = /^\/(api|game|sketch|vendor|user-assets|global-assets|callback)\//;

/**
 * Unmatched method and path: a page whose text is `Cannot {METHOD} {path}` (rest.md §1.3); for a
 * browser that looks for a page, one with ways on (additive).
 */
export const notFound =
  (publicUrl: string): RequestHandler =>
  async (req, res) => {
    const isForPerson =
      req.method === 'GET' &&
      /\btext\/html\b/.test(req.get('accept') ?? '') &&
      !NO_PAGES.test(req.path);
    if (isForPerson) {
      const page = await readFile(path.join(CLIENT_DIR, '404.html'), 'utf8');
      return void res
        .status(404)
        .type('html')
        .send(withTags(page, siteTags(publicUrl)));
    }
    sendErrorPage(res, 404, `Cannot ${req.method} ${req.originalUrl.split('?')[0] ?? ''}`);
  };

/**
 * The end of every request that threw. What the client got wrong (malformed JSON, body too large,
 * broken percent-escape) is the contract's plain page; what we got wrong is `{error}` with a
 * sentence that gives nothing away. A database or Temporal that cannot be asked is 503, with the
 * code and when to come again. What an operator has to mend, as a full disk, is an alert.
 */
export const answerErrors =
  (alerts: Pick<Alerts, 'raise'>): ErrorRequestHandler =>
  (error: unknown, _req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    if (error instanceof Refusal) return error.send(res);
    const status = clientMistake(error);
    if (status !== null) {
      sendErrorPage(res, status, STATUS_CODES[status] ?? 'Error');
      return;
    }
    if (isAway(error)) {
      logOf(res).warn({ err: error }, 'a request met something that is away');
      res.set('Retry-After', String(RETRY_AFTER_S)).status(503);
      res.json({ error: UNAVAILABLE_SENTENCE, code: 'OPERATION_FAILED' });
      return;
    }
    if (error instanceof AppError) {
      refuse(alerts, error, res);
      return;
    }
    logOf(res).error({ err: error }, 'a request failed');
    res.status(500).json({ error: 'Internal server error' });
  };

function refuse(alerts: Pick<Alerts, 'raise'>, error: AppError, res: Response): void {
  const { kind } = error;
  const { http, alert } = ERROR_POLICY[kind];
  logOf(res)[alert ? 'error' : 'warn']({ err: error, kind }, 'a request was refused');
  raiseByPolicy(alerts, 'request', kind, { details: {}, standsMs: ALERT_STANDS_MS });
  if (http === 503 || http === 429) res.set('Retry-After', String(RETRY_AFTER_S));
  res.status(http).json({ error: errorText(kind), code: kind });
}

/**
 * Status of an error that the framework made about the request itself; null for every other error.
 */
function clientMistake(error: unknown): number | null {
  if (!(error instanceof Error) || error instanceof AppError) return null;
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function sendErrorPage(res: Response, status: number, text: string): void {
  const escaped = text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  res
    .status(status)
    .set({ 'Content-Security-Policy': "default-src 'none'", 'X-Content-Type-Options': 'nosniff' })
    .type('html')
    .send(
      '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</' +
        `title>\n</head>\n<body>\n<pre>${escaped}</pre>\n</body>\n</html>\n`,
    );
}
