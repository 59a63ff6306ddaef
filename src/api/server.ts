import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from 'express';
import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config.js';
import type { Log } from '../telemetry/log.js';
import { createReceivedFiles, type ReceivedFiles } from '../disk/received-files.js';
import { createPublishedCopies } from '../versions/kept/published-copies.js';
import type { ObjectStore } from '../objects/object-store.js';
import { openObjects, REQUEST_PATIENCE } from '../objects/open.js';
import { openKept, type Kept } from '../objects/kept.js';
import { createAlerts, type Alerts } from '../store/alerts.js';
import { createStore, type Store } from '../store/index.js';
import { alertOfLoss } from '../store/lost-versions.js';
import {
  checkApiObjects,
  checkApiServers,
  checkApiStart,
  watchObjects,
} from '../checks/at-start.js';
import { checkSchema, watchSchema } from '../checks/schema.js';
import { ownRange } from '../process/build-range.js';
import { serveMetrics } from '../telemetry/metrics.js';
import { temporalPlace } from '../temporal/connection.js';
import { traceStarts } from '../telemetry/trace-starts.js';
import { startTracing } from '../telemetry/tracing.js';
import { createAccountDeletions, createGuestAdoptions } from './account-workflows.js';
import { createSearchRenewal } from './search-renewals.js';
import { createActionWorkflows } from './action-workflows.js';
import { createAdmitter } from './admission.js';
import { createGuestDoor } from './guest-door.js';
import { createApp } from './app.js';
import { createAuth } from './guards/create-auth.js';
import { EndedSessions } from './guards/ended-sessions.js';
import { createOperatorHealth } from './operators/operator-health.js';
import { createOperatorRuns } from './operators/operator-runs.js';
import { callbackRouter } from './callback/router.js';
import { FirstTexts } from './first-text.js';
import { createGames } from './games/current-game.js';
import { JobFeeds } from '../stream/feeds.js';
import { EventIngest } from '../stream/ingest.js';
import { ProjectFollows } from '../stream/project-follows.js';
import { storeFacts } from '../stream/job-facts.js';
import { rowlessRuns } from '../stream/job-runs.js';
import { RecentRows } from '../stream/recent-rows.js';
import { isInStream, streamReader, type ReadStream } from '../stream/reader.js';
import { streamWriter } from '../stream/writer.js';
import { objectRows } from '../versions/kept/object-rows.js';
import { createVersions } from '../versions/kept/versions.js';
import { createRateLimits, type RateLimits } from './guards/rate-limits.js';
import { createReadiness } from './readiness.js';
import { checkPublicDir } from './routes/pages.js';
import { shutDown, type ShutdownPhase } from './shutdown.js';
import { withSignInAudit } from './guards/sign-in-audit.js';
import { addressOf } from './sockets/address.js';
import { attachSockets, type Sockets } from './sockets/attach.js';
import { stopJob } from './sockets/job-handlers.js';

/** The client gets an answer within 5 s when the database is unavailable. */
const DATABASE_TIMEOUT_MS = 4_000;
/** The alert ends when no job was affected for this long. */
const NOT_BEGUN_STANDS_MS = 5 * 60_000;

/** The end of an API: it is asked to stop, and later takes leave of those that wait. */
interface Stages {
  readonly stopping: AbortController;
  readonly leaving: AbortController;
}

export interface RunningApi {
  /** Resolves with a sentence when database or bucket turn out not to be ours (O2, E1). */
  readonly refused: Promise<string | null>;
  /**
   * Ends in order: not ready for `DRAIN_MS`, no new connections, sockets closed with 1012, open
   * requests answered, Temporal left.
   */
  stop(): Promise<void>;
}

/** Thrown when the address cannot be listened on; the message has the reason and a remedy. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Everything that answers, wired together; nothing listens yet, and nothing outside is asked. */
function assembleApi(config: Config, log: Log, stages: Stages) {
  const { connection, namespace, temporal } = openTemporal(config);
  const store = createStore(config, log, { timeoutMs: DATABASE_TIMEOUT_MS });
  const alerts = createAlerts({ config, store, log });
  const objects = openObjects(config, REQUEST_PATIENCE);
  const versions = createVersions(objects, store.revisions, alertOfLoss({ store, alerts }));
  const uploads = createReceivedFiles(config.DATA_DIR);
  const limits = createRateLimits(config, store.activityLog);
  const ended = new EndedSessions(store.endedSessions, log);
  const auth = withSignInAudit(createAuth(config, limits, ended), store.activityLog);
  const readStream = streamReader(temporal);
  const rows = new RecentRows((jobId) => store.jobs.get(jobId));
  const feeds = new JobFeeds({
    readStream,
    facts: storeFacts(store, rows, versions, rowlessRuns(temporal), config.USER_DAILY_USD),
    log,
    onNotBegun: notBegunAlert(alerts),
  });
  const follows = new ProjectFollows({ changes: store.projectChanges.since, log });
  const admitter = createAdmitter(temporal, log, { ...config, namespace });
  const firstTexts = new FirstTexts();
  const actionDeps = { temporal, rows: store.actions, leaving: stages.leaving.signal, log };
  const { signal: stopping } = stages.stopping;
  const kept = openKept(objects);
  const { thumbnails } = kept;
  const places = { config, auth, ended, store, versions, thumbnails, feeds, follows };
  const socketDeps = { ...places, admitter, limits, firstTexts, log };
  const seen = { rows, feeds, firstTexts };
  const callback = openCallback(
    { config, store, limits, log },
    seen,
    { ...kept, uploads },
    { temporal, readStream },
  );
  const app = createApp({
    config,
    log,
    alerts,
    auth,
    ended,
    limits,
    store,
    versions,
    games: createGames(store, versions),
    uploads,
    ...kept,
    copies: createPublishedCopies(objects),
    callback,
    cancelJob: (job) => stopJob(socketDeps, job),
    admitter,
    actions: createActionWorkflows(actionDeps),
    deletions: createAccountDeletions(temporal),
    adoptions: createGuestAdoptions(temporal),
    guests: createGuestDoor(config),
    renewSearch: createSearchRenewal(temporal, log),
    ...openHealth(config, { store, objects, connection, namespace, log, stopping }),
    runs: createOperatorRuns(temporal, { ui: config.TEMPORAL_UI_URL, namespace }, store.jobs, log),
  });
  return { app, socketDeps, ended, uploads, connection, namespace };
}

/** No worker can report that none begins the jobs: the API does (O5). */
function notBegunAlert(alerts: Alerts): (jobId: string) => void {
  return (jobId) =>
    void alerts.raise({
      kind: 'workNotBegun',
      key: 'jobs',
      message: 'accepted jobs have no row after 20 s: no worker begins them; see /api/ready',
      details: { jobId },
      standsMs: NOT_BEGUN_STANDS_MS,
    });
}

function openTemporal(config: Config) {
  const { connection: options, namespace } = temporalPlace(config);
  const connection = Connection.lazy(options);
  const interceptors = { workflow: traceStarts() };
  return { connection, namespace, temporal: new Client({ connection, namespace, interceptors }) };
}

/** Can a message be accepted, and how does everything stand? */
function openHealth(
  config: Config,
  parts: {
    store: Store;
    objects: ObjectStore;
    connection: Connection;
    namespace: string;
    log: Log;
    stopping: AbortSignal;
  },
) {
  const readiness = createReadiness({ dataDir: config.DATA_DIR, ...parts });
  return { readiness, health: createOperatorHealth({ config, readiness, ...parts }) };
}

/** Where runs leave their events and recordings. */
function openCallback(
  { config, store, limits, log }: { config: Config; store: Store; limits: RateLimits; log: Log },
  { rows, feeds, firstTexts }: { rows: RecentRows; feeds: JobFeeds; firstTexts: FirstTexts },
  { recordings, uploads }: Pick<Kept, 'recordings'> & { uploads: ReceivedFiles },
  { temporal, readStream }: { temporal: Client; readStream: ReadStream },
): Router {
  const ingest = new EventIngest({
    ...streamWriter(temporal),
    isInStream: (jobId, place) => isInStream(readStream, jobId, place),
    job: (jobId) => rows.get(jobId),
    noteProgress: async (...note) => rows.keep(await store.jobs.noteProgress(...note)),
    noteCost: (callId, costUsd) => store.usage.noteCost(callId, costUsd),
    offer: (jobId, items) => {
      firstTexts.take(jobId, items);
      feeds.offer(jobId, items);
    },
    log,
  });
  return callbackRouter({
    masterSecrets: [config.CALLBACK_SECRET, config.CALLBACK_SECRET_OLD ?? []].flat(),
    ingest,
    countBad: (address) => limits.take('tokens', { address }),
    noteActionProgress: (actionId, percent) => store.actions.noteProgress(actionId, percent),
    recordings,
    files: uploads,
    job: (jobId, maxAgeMs) => rows.get(jobId, maxAgeMs),
    log,
  });
}

/**
 * The API, built in one place and listening. Temporal and the database may be away: what needs them
 * is answered as unavailable until they are back.
 */
export async function startApi(config: Config, log: Log): Promise<RunningApi> {
  await checkPublicDir(config);
  await checkApiStart(config);
  const stopTracing = await startTracing(config, 'dreamcore-api', log);
  const stages: Stages = { stopping: new AbortController(), leaving: new AbortController() };
  const api = assembleApi(config, log, stages);
  const { app, socketDeps, ended, uploads, connection, namespace } = api;
  const { schema: range } = await ownRange();
  const database = { range, read: () => socketDeps.store.schema.read() };
  await checkSchema(database);
  const rows = objectRows(socketDeps.store);
  await checkApiObjects(config, rows);
  void ended.follow(stages.leaving.signal);
  await uploads.removeOld();
  const server = createServer(app);
  const sockets = attachSockets(server, socketDeps, { addressOf: addressOf(app) });
  await listen(server, config);
  await serveMetrics(
    { host: config.METRICS_HOST, port: config.API_METRICS_PORT },
    [{ name: 'dreamcore_sockets', help: 'Sockets that are open here.', read: () => sockets.count }],
    log,
  );
  checkApiServers(config, { connection, namespace }).then(
    (lines) => lines.forEach((line) => log.error(line)),
    (error: unknown) => log.warn({ err: error }, 'Temporal does not answer yet'),
  );
  return {
    refused: Promise.race([
      watchSchema(database, stages.stopping.signal),
      watchObjects('api', config, rows, stages.stopping.signal),
    ]),
    async stop() {
      stages.stopping.abort();
      const serving = { server, sockets, stages, drainMs: config.DRAIN_MS };
      await shutDown(
        [
          ...servingEnds(serving),
          { name: 'leave Temporal', timeoutMs: 1_000, run: () => connection.close() },
          { name: 'send the last traces', timeoutMs: 2_500, run: stopTracing },
        ],
        log,
      );
    },
  };
}

interface Serving {
  readonly server: Server;
  readonly sockets: Sockets;
  readonly stages: Stages;
  readonly drainMs: number;
}

/**
 * Balancers look for some seconds whether an instance is ready; until they have seen that this one
 * is not, it serves on.
 */
function servingEnds({ server, sockets, stages, drainMs }: Serving): ShutdownPhase[] {
  let closed = Promise.resolve();
  return [
    { name: 'be seen', timeoutMs: drainMs + 500, run: () => sleep(drainMs) },
    {
      name: 'close sockets',
      timeoutMs: drainMs + 3_000,
      run: () => {
        closed = new Promise((resolve) => void server.close(() => resolve()));
        return sockets.close(drainMs);
      },
    },
    {
      name: 'finish requests',
      timeoutMs: 4_000,
      run: () => {
        stages.leaving.abort();
        return finishRequests(server, closed);
      },
    },
    { name: 'cut the rest off', timeoutMs: 500, run: () => server.closeAllConnections() },
  ];
}

/** Connections that a browser keeps open without asking anything must not hold us up. */
async function finishRequests(server: Server, closed: Promise<void>): Promise<void> {
  server.closeIdleConnections();
  await closed;
}

function listen(server: Server, { PORT, HOST }: Pick<Config, 'PORT' | 'HOST'>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${PORT} is taken: stop what listens there, or set PORT`
          : error.message;
      reject(new ListenError(`The API cannot listen on ${HOST}:${PORT}: ${reason}`));
    });
    server.listen(PORT, HOST, resolve);
  });
}
