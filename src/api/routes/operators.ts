import { cancelWork } from '../../runs/cancel-work.js';
import type { OPERATOR_ROUTES } from '../../contracts/http-routes/operators.js';
import {
  type ListedWork,
  type NewAct,
  type WorkDetail,
  type WorkList,
  type WorkQuery,
  type WorkRow,
} from '../../contracts/rows/operators.js';
import { notice } from '../../contracts/messages/message.js';
import type { Recordings } from '../../objects/recordings.js';
import type { Store } from '../../store/index.js';
import { workFilter } from '../../store/tables/operators.js';
import type { ActionWorkflows } from '../action-workflows.js';
import type { Call, Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import type { OperatorHealth } from '../operators/operator-health.js';
import type { OperatorRuns } from '../operators/operator-runs.js';
import type { CancelJob } from './jobs.js';

export interface OperatorDeps {
  store: Pick<
    Store,
    | 'operators'
    | 'users'
    | 'jobs'
    | 'actions'
    | 'revisions'
    | 'auditLog'
    | 'publishedGames'
    | 'takedowns'
  >;
  runs: OperatorRuns;
  health: OperatorHealth;
  recordings: Pick<Recordings, 'list' | 'read'>;
  cancelJob: CancelJob;
  actions: Pick<ActionWorkflows, 'cancelAction'>;
}

type OperatorRoutes = typeof OPERATOR_ROUTES;

/**
 * What operators see of everybody's jobs and actions, and do with them. Each act is written to the
 * audit log first; where that fails, nothing is done.
 */
export function operatorHandlers(deps: OperatorDeps): Handlers<OperatorRoutes> {
  const { store, runs, recordings } = deps;
  const { takedowns, auditLog } = store;
  return {
    listWork: ({ query }) => listWork(deps, query),
    workDetail: async ({ params }) => detailOf(deps, await workAt(deps, params.jobId)),
    async cancelWork(call) {
      const { work, by } = await actOn(deps, call);
      await auditLog.write({ ...by, act: 'cancel' });
      const { cancelJob: stopJob, actions } = deps;
      const stops = { jobs: store.jobs, actions: store.actions, stopJob };
      const isCancelled = await cancelWork({ ...stops, askAction: actions.cancelAction }, work.id);
      return { outcome: isCancelled ? 'cancelled' : 'tooLate' };
    },
    async rerunWork(call) {
      const { work, by } = await actOn(deps, call);
      if (work.kind !== 'generate') throw refusal(409, 'Only jobs are done once more');
      await auditLog.write({ ...by, act: 'rerun' });
      // In the operator's own name: the limits of his account hold here, too.
      const rerun = { jobId: work.id, userId: by.operatorId, from: call.body.from };
      const outcome = await runs.rerun(rerun);
      if ('refusal' in outcome) throw refusal(409, outcome.refusal);
      return outcome;
    },
    async readRecording(call) {
      const { work, by } = await actOn(deps, call);
      const { id: jobId, project_id: projectId } = work;
      const attempt = Number(call.req.params['attempt']);
      const isNumbered = Number.isInteger(attempt) && attempt > 0 && projectId !== null;
      const bytes = isNumbered ? await recordings.read({ projectId, jobId, attempt }) : null;
      if (bytes === null) throw refusal(404, 'Recording not found');
      await auditLog.write({ ...by, act: 'readRecording' });
      call.res.set({ 'Content-Type': 'application/gzip', 'Cache-Control': 'no-store' }).send(bytes);
    },
    async listPublications({ query }) {
      const filter = { search: query.search ?? null, isDown: query.down ?? false };
      const { page, next } = await pageOf(query, (part) => takedowns.publications(filter, part));
      return { games: page, next };
    },
    takeDown: (call) => moveGame(deps, call, true),
    putBack: (call) => moveGame(deps, call, false),
    operatorHealth: () => deps.health(),
    async listAudit({ query }) {
      const { page, next } = await pageOf(query, (part) => auditLog.list(part));
      return { entries: page, next };
    },
  };
}

/** Takes a published game down, or puts it back; the audit log has it each time. */
async function moveGame(
  { store: { takedowns } }: OperatorDeps,
  { operator, params: { gameId }, body: { reason } }: Call<OperatorRoutes['takeDown']>,
  isDown: boolean,
): Promise<{ isMoved: boolean }> {
  const [game] = await takedowns.publications(
    { search: gameId.toLowerCase(), isDown: false },
    { skip: 0, limit: 1 },
  );
  const title = game?.title ?? '';
  const isMoved = await takedowns.move({
    gameId,
    isDown,
    operator,
    reason,
    notice: isDown
      ? notice('GAME_TAKEN_DOWN', { title, reason })
      : notice('GAME_PUT_BACK', { title }),
  });
  if (isMoved === null) throw refusal(404, 'Game not found');
  return { isMoved };
}

/** A page, and the number of rows before the next one. */
async function pageOf<T>(
  { skip, limit }: { skip: number; limit: number },
  read: (part: { skip: number; limit: number }) => Promise<T[]>,
): Promise<{ page: T[]; next: number | null }> {
  const found = await read({ skip, limit: limit + 1 });
  return { page: found.slice(0, limit), next: found.length > limit ? skip + limit : null };
}

/** The work at the address, and who is about to act on it. */
async function actOn(
  deps: OperatorDeps,
  { operator, params, body: { reason } }: Call<OperatorRoutes['cancelWork']>,
): Promise<{ work: WorkRow; by: Omit<NewAct, 'act'> }> {
  const work = await workAt(deps, params.jobId);
  const of = { targetId: work.id, ownerId: work.user_id };
  return {
    work,
    by: { operatorId: operator.id, operatorEmail: operator.email, ...of, reason },
  };
}

async function workAt({ store }: OperatorDeps, id: string): Promise<WorkRow> {
  const [work] = await store.operators.work({ id }, { skip: 0, limit: 1 });
  if (work) return work;
  throw refusal(404, 'Job not found');
}

async function listWork(deps: OperatorDeps, query: WorkQuery): Promise<WorkList> {
  const { store, runs } = deps;
  const userId = query.user === undefined ? undefined : await store.users.idOf(query.user);
  if (userId === null) return { jobs: [], next: null, hasTemporal: true };
  const { page, next } = await pageOf(query, (part) =>
    store.operators.work(workFilter(query, userId), part),
  );
  const found = await runs.find(page.map(({ id }) => id));
  return {
    jobs: page.map((work) => listed(deps, work, found)),
    next,
    hasTemporal: found !== null,
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
