import type { Request, RequestHandler, Response } from 'express';
import { isUuid } from '../contracts/ids.js';
import type { JobRow } from '../contracts/rows.js';
import { orNothing, type Store } from '../store/index.js';
import type { ProjectRow } from '../store/tables/projects.js';
import type { Auth, Identity } from './auth.js';
import { callerOf, type TokenSource } from './caller.js';
import { logOf } from './request-log.js';

/** What a person without a good token is told (rest.md §1.5). */
const REFUSAL = {
  nobody: 'No access token provided',
  refused: 'Invalid or expired token',
} as const;

type Handler<T> = (req: Request, res: Response, who: T) => Promise<void> | void;

/**
 * Wrap a route's handler, which then runs for the right person only (rest.md §1.5, §1.7). A project
 * is looked for with the caller's own rights; a read that fails counts as nothing found.
 */
export interface Guards {
  /**
   * Anybody: with a good token as its user, else as nobody; `refusal` is what a person without a
   * good token would be told.
   */
  visitor(handler: Handler<{ user: Identity | null; refusal: string }>): RequestHandler;
  user(handler: Handler<{ user: Identity; source: TokenSource }>): RequestHandler;
  projectOwner(
    handler: Handler<{ user: Identity; source: TokenSource; project: ProjectRow }>,
  ): RequestHandler;
  jobOwner(handler: Handler<{ user: Identity; job: JobRow }>): RequestHandler;
}

export function createGuards(auth: Auth, store: Pick<Store, 'asUser' | 'jobs'>): Guards {
  const user: Guards['user'] = (handler) => async (req, res) => {
    const caller = await callerOf(auth, req);
    if (caller.kind === 'user') await handler(req, res, caller);
    else refuse(res, 401, REFUSAL[caller.kind]);
  };

  const visitor: Guards['visitor'] = (handler) => async (req, res) => {
    const caller = await callerOf(auth, req);
    await handler(
      req,
      res,
      caller.kind === 'user'
        ? { user: caller.user, refusal: '' }
        : { user: null, refusal: REFUSAL[caller.kind] },
    );
  };

  const projectOwner: Guards['projectOwner'] = (handler) =>
    user(async (req, res, who) => {
      const { projectId } = req.params;
      if (!isUuid(projectId)) return refuse(res, 400, 'Invalid project ID');
      const project = await orNothing(
        logOf(res),
        store.asUser(who.user.token).projects.get(projectId),
        null,
      );
      if (!project) return refuse(res, 404, 'Project not found');
      if (project.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
      await handler(req, res, { ...who, project });
    });

  const jobOwner: Guards['jobOwner'] = (handler) =>
    user(async (req, res, who) => {
      const { jobId } = req.params;
      if (!isUuid(jobId)) return refuse(res, 400, 'Invalid job ID');
      const job = await orNothing(logOf(res), store.jobs.get(jobId), null);
      if (!job) return refuse(res, 404, 'Job not found');
      if (job.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
      await handler(req, res, { user: who.user, job });
    });

  return { user, visitor, projectOwner, jobOwner };
}

/** Answers the contract's normal error. */
export function refuse(res: Response, status: number, error: string): void {
  res.status(status).json({ error });
}
