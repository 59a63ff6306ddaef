import type { Request, RequestHandler, Response } from 'express';
import { ERROR_POLICY, type ErrorKind } from '../../contracts/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import { isUuid } from '../../contracts/ids.js';
import type { RouteGuard } from '../../contracts/http-routes/route.js';
import type { ActionRow, JobRow } from '../../contracts/rows.js';
import { isReadableBy } from '../../domain/asset-rules.js';
import { orNothing, type Store } from '../../store/index.js';
import type { AssetRow } from '../../store/tables/assets.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { Auth, Identity } from './auth.js';
import { callerOf, type TokenSource } from './caller.js';
import { readJson } from '../http/json-bodies.js';
import { logOf } from '../http/request-log.js';

/** What a person without a good token is told (rest.md §1.5). */
const REFUSAL = {
  nobody: 'No access token provided',
  refused: 'Invalid or expired token',
  limited: 'Invalid or expired token',
} as const;

type Handler<T> = (req: Request, res: Response, who: T) => Promise<void> | void;

/**
 * Wrap a route's handler, which then runs for the right person only (rest.md §1.5, §1.7). The row
 * of the route names its guard. What is owned is looked for with the caller's own rights where the
 * database has such; a read that fails counts as nothing found.
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
  /**
   * An operator, whose token came in the header: an address with one in it may be kept by a log.
   */
  operator(handler: Handler<{ operator: Identity }>): RequestHandler;
  jobOwner(handler: Handler<{ user: Identity; job: JobRow }>): RequestHandler;
  actionOwner(handler: Handler<{ user: Identity; action: ActionRow }>): RequestHandler;
  /** The owner of the asset `:id`; others learn that it exists only when they can see it anyway. */
  assetOwner(handler: Handler<{ user: Identity; asset: AssetRow }>): RequestHandler;
  /**
   * Whoever may read the asset `:id`: everybody when it is public or global, else its owner. Who
   * has not signed in may do so (401).
   */
  assetReader(handler: Handler<{ asset: AssetRow }>): RequestHandler;
}

type GuardStore = Pick<Store, 'actions' | 'assets' | 'asUser' | 'jobs'>;

export function createGuards(auth: Auth, store: GuardStore): Guards {
  const callers = callerGuards(auth);
  const guards = {
    ...callers,
    operator: operatorGuard(callers.user),
    ...ownerGuards(callers.user, store),
    ...assetGuards(callers, store),
  };
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => [name, marked(name as RouteGuard, guard)]),
  ) as unknown as Guards;
}

const guardNames = new WeakMap<object, RouteGuard>();

/** The guard that a mounted handler was wrapped by; `none` for a handler without one. */
export function guardOf(handler: object): RouteGuard {
  return guardNames.get(handler) ?? 'none';
}

/**
 * The same guard, whose handlers {@link guardOf} knows: bodies are read behind it, never before.
 */
function marked(
  name: RouteGuard,
  guard: (handler: never) => RequestHandler,
): (handler: never) => RequestHandler {
  return (handler: Handler<{ user?: Identity }>) => {
    const guarded = guard((async (req, res, who) => {
      await readJson(req, res, who.user?.id ?? '');
      await handler(req, res, who);
    }) satisfies Handler<{ user?: Identity }> as never);
    guardNames.set(guarded, name);
    return guarded;
  };
}

function callerGuards(auth: Auth): Pick<Guards, 'user' | 'visitor'> {
  return {
    user: (handler) => async (req, res) => {
      const caller = await callerOf(auth, req);
      if (caller.kind === 'user') await handler(req, res, caller);
      else refuse(res, 401, REFUSAL[caller.kind]);
    },
    visitor: (handler) => async (req, res) => {
      const caller = await callerOf(auth, req);
      await handler(
        req,
        res,
        caller.kind === 'user'
          ? { user: caller.user, refusal: '' }
          : { user: null, refusal: REFUSAL[caller.kind] },
      );
    },
  };
}

function operatorGuard(user: Guards['user']): Guards['operator'] {
  return (handler) =>
    user(async (req, res, { user: operator, source }) => {
      if (source !== 'header') return refuse(res, 401, REFUSAL.nobody);
      if (!operator.isOperator) return refuse(res, 403, 'Access denied');
      await handler(req, res, { operator });
    });
}

function ownerGuards(
  user: Guards['user'],
  store: GuardStore,
): Pick<Guards, 'projectOwner' | 'jobOwner' | 'actionOwner'> {
  return {
    projectOwner: (handler) =>
      user(async (req, res, who) => {
        const { projectId } = req.params;
        if (!isUuid(projectId)) return refuse(res, 400, 'Invalid project ID');
        const { projects } = store.asUser(who.user.token);
        const project = await orNothing(logOf(res), projects.get(projectId), null);
        if (!project) return refuse(res, 404, 'Project not found');
        if (project.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
        await handler(req, res, { ...who, project });
      }),

    jobOwner: (handler) =>
      user(async (req, res, who) => {
        const { jobId } = req.params;
        if (!isUuid(jobId)) return refuse(res, 400, 'Invalid job ID');
        const job = await orNothing(logOf(res), store.jobs.get(jobId), null);
        if (!job) return refuse(res, 404, 'Job not found');
        if (job.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
        await handler(req, res, { user: who.user, job });
      }),

    actionOwner: (handler) =>
      user(async (req, res, who) => {
        const { actionId } = req.params;
        if (!isUuid(actionId)) return refuse(res, 400, 'Invalid action ID');
        const action = await orNothing(logOf(res), store.actions.get(actionId), null);
        if (!action) return refuse(res, 404, 'Action not found');
        if (action.user_id !== who.user.id) return refuse(res, 403, 'Access denied');
        await handler(req, res, { user: who.user, action });
      }),
  };
}

function assetGuards(
  { user, visitor }: Pick<Guards, 'user' | 'visitor'>,
  store: GuardStore,
): Pick<Guards, 'assetOwner' | 'assetReader'> {
  return {
    assetOwner: (handler) =>
      user(async (req, res, who) => {
        const { id } = req.params;
        if (!isUuid(id)) return refuse(res, 400, 'Invalid asset ID');
        const { assets } = store.asUser(who.user.token);
        const asset = await orNothing(logOf(res), assets.get(id), null);
        if (!asset || asset.is_deleted) return refuse(res, 404, 'Asset not found');
        if (asset.owner_id !== who.user.id) return refuse(res, 403, 'Access denied');
        await handler(req, res, { user: who.user, asset });
      }),

    assetReader: (handler) =>
      visitor(async (req, res, { user: reader, refusal }) => {
        const { id } = req.params;
        if (!isUuid(id)) return refuse(res, 400, 'Invalid asset ID');
        const asset = await orNothing(logOf(res), store.assets.get(id), null);
        if (!asset || asset.is_deleted) return refuse(res, 404, 'Asset not found');
        if (!isReadableBy(asset, reader?.id ?? null))
          return reader === null ? refuse(res, 401, refusal) : refuse(res, 404, 'Asset not found');
        await handler(req, res, { asset });
      }),
  };
}

/** Answers a limit of money as every route does (H3); false for another kind. */
export function refusedByLimit(res: Response, kind: ErrorKind): boolean {
  if (kind !== 'SPENDING_LIMIT_EXCEEDED' && kind !== 'LOSS_LIMIT_EXCEEDED') return false;
  refuse(res, ERROR_POLICY[kind].http, errorText(kind));
  return true;
}

/** Answers the contract's normal error. */
export function refuse(res: Response, status: number, error: string): void {
  res.status(status).json({ error });
}
