import type { Request, RequestHandler, Response } from 'express';
import { isUuid } from '../contracts/primitives.js';
import type { JobRow } from '../contracts/rows.js';
import { orNothing, type Store } from '../store/index.js';
import type { ProjectRow } from '../store/projects.js';
import type { Auth, Identity } from './auth.js';
import { logOf } from './request-log.js';

/** Where a request carries its token; the query is for `<iframe>` and `<img>` addresses (rest.md §1.5). */
export type TokenSource = 'header' | 'query';

type Handler<T> = (req: Request, res: Response, who: T) => Promise<void> | void;

/**
 * Wrap a route's handler, which then runs for the right person only (rest.md §1.5, §1.7). A project is looked for with the
 * caller's own rights; a read that fails counts as nothing found.
 */
export interface Guards {
  user(handler: Handler<{ user: Identity; source: TokenSource }>): RequestHandler;
  projectOwner(handler: Handler<{ user: Identity; source: TokenSource; project: ProjectRow }>): RequestHandler;
  jobOwner(handler: Handler<{ user: Identity; job: JobRow }>): RequestHandler;
}

export function createGuards(auth: Auth, store: Pick<Store, 'asUser' | 'jobs'>): Guards {
  const user: Guards['user'] = (handler) => async (req, res) => {
    const sent = sentToken(req);
    if (sent === null) return refuse(res, 401, 'No access token provided');
    const verification = await auth.verifyToken(sent.token);
    if (!verification.ok) return refuse(res, 401, 'Invalid or expired token');
    await handler(req, res, { user: verification.identity, source: sent.source });
  };

  const projectOwner: Guards['projectOwner'] = (handler) => user(async (req, res, who) => {
    const { projectId } = req.params;
    if (!isUuid(projectId)) return refuse(res, 400, 'Invalid project ID');
    const project = await orNothing(logOf(res), store.asUser(who.user.token).projects.get(projectId), null);
    if (!project) return refuse(res, 404, 'Project not found');
    if (project.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
    await handler(req, res, { ...who, project });
  });

  const jobOwner: Guards['jobOwner'] = (handler) => user(async (req, res, who) => {
    const { jobId } = req.params;
    if (!isUuid(jobId)) return refuse(res, 400, 'Invalid job ID');
    const job = await orNothing(logOf(res), store.jobs.get(jobId), null);
    if (!job) return refuse(res, 404, 'Job not found');
    if (job.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
    await handler(req, res, { user: who.user, job });
  });

  return { user, projectOwner, jobOwner };
}

/** Answers the contract's normal error. */
export function refuse(res: Response, status: number, error: string): void {
  res.status(status).json({ error });
}

/** A `Bearer` header wins, even when it is worth nothing; a repeated query parameter is passed on and fails as a token. */
function sentToken(req: Request): { token: unknown; source: TokenSource } | null {
  const header = req.headers.authorization ?? '';
  if (header.startsWith('Bearer ')) return { token: header.slice('Bearer '.length), source: 'header' };
  const token = req.query['access_token'];
  return token === undefined || token === '' ? null : { token, source: 'query' };
}
