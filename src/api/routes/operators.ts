import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import { cancelAction } from '../../runs/cancel-action.js';
import { isUuid } from '../../contracts/ids.js';
import {
  ActBody,
  AuditQuery,
  RerunBody,
  statesOf,
  WorkQuery,
  type ListedWork,
  type NewAct,
  type WorkDetail,
  type WorkList,
  type WorkRow,
} from '../../contracts/operators.js';
import type { Recordings } from '../../objects/recordings.js';
import type { Store } from '../../store/index.js';
import type { WorkFilter } from '../../store/tables/operators.js';
import type { ActionWorkflows } from '../action-workflows.js';
import type { Identity } from '../guards/auth.js';
import { pageOf, read } from '../operators/operator-requests.js';
import type { AskedRerun, OperatorRuns } from '../operators/operator-runs.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';
import type { CancelJob } from './jobs.js';

export interface OperatorDeps {
  guards: Guards;
  store: Pick<
    Store,
    'operators' | 'users' | 'jobs' | 'actions' | 'revisions' | 'auditLog' | 'publishedGames'
  >;
  runs: OperatorRuns;
  recordings: Pick<Recordings, 'list' | 'read'>;
  cancelJob: CancelJob;
  actions: Pick<ActionWorkflows, 'cancelAction'>;
}

/**
 * What operators see of everybody's jobs and actions, and do with them. Whatever they do is written
 * to the audit log first; where that cannot be, nothing is done.
 */
export function operatorRoutes(deps: OperatorDeps): Router {
  const router = Router();
  addReads(router, deps);
  addActs(router, deps);
  return router;
}

function addReads(router: Router, deps: OperatorDeps): void {
  const { guards, store } = deps;
  router.get(
    '/api/ops/jobs',
    guards.operator(async (req, res) => {
      const query = read(res, WorkQuery, req.query);
      if (query) res.json(await listWork(deps, query));
    }),
  );
  router.get(
    '/api/ops/jobs/:jobId',
    guards.operator(async (req, res) => {
      const work = await findWork(deps, req, res);
      if (work) res.json(await detailOf(deps, work));
    }),
  );
  router.get(
    '/api/ops/audit',
    guards.operator(async (req, res) => {
      const query = read(res, AuditQuery, req.query);
      if (!query) return;
      const { page, next } = await pageOf(query, (part) => store.auditLog.list(part));
      res.json({ entries: page, next });
    }),
  );
}

function addActs(router: Router, deps: OperatorDeps): void {
  const { guards } = deps;
  const act = <B extends { reason: string }>(
    schema: z.ZodType<B>,
    handler: (req: Request, res: Response, work: WorkRow, by: Act, body: B) => Promise<void>,
  ) =>
    guards.operator(async (req, res, { operator }) => {
      const body = read(res, schema, takeBody(req) ?? {});
      const work = body && (await findWork(deps, req, res));
      if (work) await handler(req, res, work, actOf(operator, work, body.reason), body);
    });

  router.post(
    '/api/ops/jobs/:jobId/cancel',
    act(ActBody, async (_req, res, work, by) => {
      await deps.store.auditLog.write({ ...by, act: 'cancel' });
      res.json({ outcome: await cancelWork(deps, work.id) });
    }),
  );
  router.post(
    '/api/ops/jobs/:jobId/rerun',
    act(RerunBody, async (_req, res, work, by, { from }) => {
      if (work.kind !== 'generate') return refuse(res, 409, 'Only jobs are done once more');
      await deps.store.auditLog.write({ ...by, act: 'rerun' });
      await rerun(deps, res, { jobId: work.id, userId: by.operatorId, from });
    }),
  );
  router.post(
    '/api/ops/jobs/:jobId/recordings/:attempt',
    act(ActBody, async (req, res, { id: jobId, project_id: projectId }, by) => {
      const attempt = Number(req.params['attempt']);
      const isNumbered = Number.isInteger(attempt) && attempt > 0 && projectId !== null;
      const bytes = isNumbered ? await deps.recordings.read({ projectId, jobId, attempt }) : null;
      if (bytes === null) return refuse(res, 404, 'Recording not found');
      await deps.store.auditLog.write({ ...by, act: 'readRecording' });
      res.set({ 'Content-Type': 'application/gzip', 'Cache-Control': 'no-store' }).send(bytes);
    }),
  );
}

type Act = Omit<NewAct, 'act'>;

function actOf(operator: Identity, work: WorkRow, reason: string): Act {
  return {
    operatorId: operator.id,
    operatorEmail: operator.email,
    targetId: work.id,
    ownerId: work.user_id,
    reason,
  };
}

/** The work that the address names; null after the request was refused. */
async function findWork(
  { store }: OperatorDeps,
  req: Request,
  res: Response,
): Promise<WorkRow | null> {
  const { jobId } = req.params;
  if (!isUuid(jobId)) {
    refuse(res, 400, 'Invalid job ID');
    return null;
  }
  const [work] = await store.operators.work({ id: jobId }, { skip: 0, limit: 1 });
  if (work) return work;
  refuse(res, 404, 'Job not found');
  return null;
}

async function listWork(deps: OperatorDeps, query: WorkQuery): Promise<WorkList> {
  const { store, runs } = deps;
  const userId = query.user === undefined ? undefined : await store.users.idOf(query.user);
  if (userId === null) return { jobs: [], next: null, hasTemporal: true };
  const { page, next } = await pageOf(query, (part) =>
    store.operators.work(filterOf(query, userId), part),
  );
  const found = await runs.find(page.map(({ id }) => id));
  return {
    jobs: page.map((work) => listed(deps, work, found)),
    next,
    hasTemporal: found !== null,
  };
}

function filterOf(
  { state, kind, step, backend, failure, since, age }: WorkQuery,
  userId: string | undefined,
): WorkFilter {
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(state === undefined ? {} : { states: statesOf(state) }),
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(step === undefined ? {} : { step }),
    ...(backend === undefined ? {} : { backend }),
    ...(failure === undefined ? {} : { failure }),
    ...(since === undefined ? {} : { after: since }),
    ...(age === undefined ? {} : { before: age }),
  };
}

function listed(
  { runs }: OperatorDeps,
  work: WorkRow,
  found: Awaited<ReturnType<OperatorRuns['find']>>,
): ListedWork {
  const run = found?.get(work.id) ?? null;
  return { ...work, run, temporalUrl: run && runs.urlOf(run) };
}

async function detailOf(deps: OperatorDeps, work: WorkRow): Promise<WorkDetail> {
  const { store, runs, recordings } = deps;
  const { id, project_id: projectId } = work;
  const [usage, version, kept, reruns, found, game] = await Promise.all([
    store.operators.usageOf(id),
    store.revisions.ofJob(id),
    projectId === null ? [] : recordings.list(projectId, id),
    store.operators.rerunsWith(id),
    runs.find([id]),
    projectId === null ? null : store.publishedGames.get(projectId),
  ]);
  return {
    job: listed(deps, work, found),
    usage,
    version: version && { revision: version.revision, play: version.play ?? null },
    recordings: kept.map(({ attempt, sizeBytes }) => ({ attempt, bytes: sizeBytes })),
    reruns,
    gameId: game?.id ?? null,
    streamUrl: work.kind === 'generate' ? runs.streamUrlOf(id) : null,
  };
}

/** Stops it as its owner does (F1, H2). */
async function cancelWork(
  { store, cancelJob, actions }: OperatorDeps,
  id: string,
): Promise<'cancelled' | 'tooLate'> {
  const job = await store.jobs.get(id);
  if (job !== null) {
    const row = await cancelJob(job);
    return row?.status === 'cancelled' ? 'cancelled' : 'tooLate';
  }
  const ask = (actionId: string, isOpen: () => Promise<boolean>) =>
    actions.cancelAction(actionId, isOpen);
  return (await cancelAction(ask, store.actions, id)) === 'cancelled' ? 'cancelled' : 'tooLate';
}

/** In the operator's own name: what stops him there stops him here. */
async function rerun({ runs }: OperatorDeps, res: Response, asked: AskedRerun): Promise<void> {
  const outcome = await runs.rerun(asked);
  if ('refusal' in outcome) refuse(res, 409, outcome.refusal);
  else res.json(outcome);
}
