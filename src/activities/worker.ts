import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
} from '@temporalio/worker';
import { ConfigError, parseWorkerConfig, type Config } from '../config.js';
import { forEachBackend, slotsOf, specOf } from '../contracts/execution/backends.js';
import { answerLauncher } from '../process/liveness.js';
import { createLog, type Log } from '../telemetry/log.js';
import { isFree, serveMetrics, type Reading } from '../telemetry/metrics.js';
import { keepFilesPrivate } from '../disk/private-files.js';
import { builtFile } from '../process/programs.js';
import { ownRange, type BuildRange } from '../process/build-range.js';
import { namedBuild, readWorkerBuild, WORKER_BUILD_FILE } from '../process/worker-build.js';
import { objectRows } from '../versions/kept/object-rows.js';
import { startMove } from '../move/background.js';
import { createStore, type Store } from '../store/index.js';
import { checkWorkerObjects, checkWorkerStart, watchObjects } from '../checks/at-start.js';
import { databaseName } from '../checks/data-owner.js';
import { checkSchema, watchSchema, type DatabaseSchema } from '../checks/schema.js';
import { temporalPlace, type TemporalPlace } from '../temporal/connection.js';
import { traceStarts } from '../telemetry/trace-starts.js';
import { startTracing } from '../telemetry/tracing.js';
import { endWorkOfDeadWorkers } from './dead-workers.js';
import { openActivities } from './activity-sets.js';
import { ActivityMeasures } from './frame/measure.js';
import { startScratchSweep } from './local/scratch-sweep.js';
import { createWorkers, isAtWork } from './queues.js';
import { RunningWorkers } from './shutdown.js';
import { startWatch } from './watch/watch.js';
import { WorkNotes } from './work-notes.js';

const CONNECT_TIMEOUT_MS = 30_000;

/** The worker process: the activities, a worker for each queue, the Schedules. */
async function main(): Promise<void> {
  keepFilesPrivate();
  answerLauncher();
  const log = createLog('worker');
  const config = parseWorkerConfig(process.env);
  await installRuntime(config, log);
  const stopTracing = await startTracing(config, 'dreamcore-worker', log);
  const temporal = temporalPlace(config);
  const connection = await connectWithPatience(temporal);
  const asking = await Connection.connect(temporal.connection);
  const server = { connection: asking, namespace: temporal.namespace };
  const client = new Client({ ...server, interceptors: { workflow: traceStarts() } });
  for (const line of await checkWorkerStart(config, server, process.env)) log.warn(line);
  const asked = createStore(config, log);
  const range = await acceptDatabase(asked);
  await checkWorkerObjects(config, objectRows(asked));
  const notes = new WorkNotes(config.DATA_DIR);
  // Before the slow part of the start: after RUN_HEARTBEAT_TIMEOUT silence ends the work first, and
  // its workflow waits for the killed worker's sticky queue.
  void endWorkOfDeadWorkers({ notes, client, log });
  const sets = await openActivities(config, client, log);
  const { store } = sets.watched;
  const measures = new ActivityMeasures();
  const { METRICS_HOST: host, WORKER_METRICS_PORT: port } = config;
  await serveMetrics({ host, port }, workerReadings(store, measures), log);
  const build = await thisBuild(config);
  const handOver = new AbortController();
  const workers = await createWorkers({
    config,
    buildId: build.buildId,
    connection,
    namespace: temporal.namespace,
    sets,
    notes,
    measures,
    handOver: handOver.signal,
  });
  const watched = { client, config, build, range, isWorkedOn: isAtWork(workers), log };
  const watch = startWatch({ ...sets.watched, ...watched });
  const stopSweeping = startScratchSweep({ dataDir: config.DATA_DIR, store, log });
  const database = databaseName(config);
  const move = startMove({ ...sets.moving, dataDir: config.DATA_DIR, database, log });
  const running = new RunningWorkers(workers, {
    graceMs: config.SHUTDOWN_GRACE_MS,
    handOver,
    log,
    onFinished: () => {
      for (const each of [watch, move]) each.stop();
      stopSweeping();
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => running.ask());
  leaveOthers(config, { store, range, running, log });
  const slots = forEachBackend((name) => slotsOf(specOf(name).long.agent, config));
  log.info({ build: build.buildId, commit: build.commit, slots }, 'worker ready');
  process.send?.('ready'); // to the launcher: a worker serves no port that could be asked
  await running.ended;
  await stopTracing();
  await sets.close();
  await connection.close();
  log.info('worker stopped');
}

/** Answers what this build works with. Throws a sentence when the database is not of that (O2). */
async function acceptDatabase(store: Pick<Store, 'schema'>): Promise<BuildRange> {
  const range = await ownRange();
  await checkSchema(databaseOf(store, range));
  return range;
}

function databaseOf({ schema }: Pick<Store, 'schema'>, range: BuildRange): DatabaseSchema {
  return { range: range.schema, read: () => schema.read() };
}

interface Leaving {
  readonly store: Pick<Store, 'schema' | 'revisions' | 'objectHome'>;
  readonly range: BuildRange;
  readonly running: RunningWorkers;
  readonly log: Log;
}

/** The same while it runs: the worker finishes what it has begun, as for a shutdown, and ends. */
function leaveOthers(config: Config, { store, range, running, log }: Leaving): void {
  const stopping = new AbortController();
  const { signal } = stopping;
  void running.ended.then(() => stopping.abort());
  void Promise.race([
    watchSchema(databaseOf(store, range), signal),
    watchObjects('worker', config, objectRows(store), signal),
  ]).then((sentence) => {
    if (sentence === null) return;
    log.error(sentence);
    process.exitCode = 1;
    running.ask();
  });
}

async function thisBuild({ BUILD_ID }: Config): Promise<ReturnType<typeof namedBuild>> {
  return namedBuild(await readWorkerBuild(path.dirname(builtFile(WORKER_BUILD_FILE))), BUILD_ID);
}

async function installRuntime(
  { METRICS_HOST: host, TEMPORAL_METRICS_PORT: port }: Config,
  log: Log,
): Promise<void> {
  const isServed = port !== undefined && (await isFree(host, port));
  if (port !== undefined && !isServed)
    log.error({ host, port }, 'metrics of Temporal are not served: the port is taken');
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // All queues but one serve activities only; the SDK warns of it at every start.
      if (message.startsWith('No workflows registered')) return;
      const { error, ...temporal } = meta ?? {};
      log[level === 'ERROR' ? 'error' : 'warn'](
        { temporal, ...(error === undefined ? {} : { err: error }) },
        message,
      );
    }),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} },
      ...(isServed ? { metrics: { prometheus: { bindAddress: `${host}:${port}` } } } : {}),
    },
  });
}

/** Gauges that are read at each scrape. */
function workerReadings(store: Store, measures: ActivityMeasures): Reading[] {
  return [
    {
      name: 'dreamcore_steps_running',
      help: 'Activities that this worker runs now.',
      read: () => measures.running,
    },
    {
      name: 'dreamcore_breaker_open',
      help: '1 while the breaker keeps new work from Modal.',
      read: async () => ((await store.backendState.read())?.breaker === 'open' ? 1 : 0),
    },
  ];
}

/** Temporal may come up later than we do. */
async function connectWithPatience({ connection }: TemporalPlace): Promise<NativeConnection> {
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  for (;;) {
    try {
      return await NativeConnection.connect(connection);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

try {
  await main();
} catch (error) {
  const text = error instanceof Error ? error.stack : error;
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(text)}\n`);
  process.exit(1);
}
