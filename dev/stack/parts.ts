import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { createLog } from '../../src/telemetry/log.js';
import { builtProgramArgs, type BuiltProgram } from '../build/programs.js';
import { startPostgres } from '../postgres/postgres.js';
import { applyPlatform } from '../supabase/platform.js';
import { ensureTemporalCli } from '../tools/temporal-cli.js';
import { devServerArgs, isTemporalReady, SERVER_ENV } from './temporal-server.js';
import { messageOf } from '../../src/contracts/base/errors.js';
import { run, tail } from '../../src/ops/run-program.js';
import { readPlan } from '../../src/store/migrate.js';
import { acceptsTcp, answersHttp, waitUntilHealthy, type StartCheck } from './health.js';
import { makeBuildCurrent } from './current-build.js';
import { olderWorkEnder } from './older-work.js';
import { deployModalApp, emulatorProcess } from './modal-part.js';
import { apiEnv, helperEnv, signInEnv, workerEnv, type PartFacts } from './part-env.js';
import { openPartLog } from './part-log.js';
import type { Part } from './plan.js';
import { spawnProcess, type ProcessSpec, type Running, type SpawnedProcess } from './running.js';
import type { PartRunner } from './supervisor.js';

const MIGRATE_LIMIT_MS = 120_000;
const INSPECT_ADDRESS = '127.0.0.1:9229';
/** For the answer of a process that is asked whether it is alive. */
const ANSWER_LIMIT_MS = 15_000;

/** How each of our parts is brought up and seen to be ready. */
export function partRunners(facts: PartFacts, parts: readonly Part[]): PartRunner[] {
  const postgres = postgresRunner(facts);
  const upgrade = olderWorkEnder(facts, parts);
  const { config, env, ports } = facts;
  const local = (port: number): string => `http://127.0.0.1:${port}`;
  /** A program of a build that answers `url` when it is ready. */
  const served = (
    part: Part,
    program: BuiltProgram,
    url: string,
    stopLimitMs: number,
    envOf: (signal: AbortSignal) => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>,
  ): PartRunner =>
    processRunner(part, facts, {
      spec: async (signal) => nodeProcess(facts, program, await envOf(signal), stopLimitMs),
      isHealthy: () => answersHttp(url),
      limitMs: 30_000,
    });
  const make: Readonly<Record<Part, () => PartRunner>> = {
    postgres: () => postgres,
    supabase: () =>
      served('supabase', 'gateway', `${local(ports.supabase)}/health`, 5_000, () =>
        helperEnv(env, {
          ...signInEnv(env),
          DATABASE_URL: postgres.url(),
          PORT: String(ports.supabase),
          PUBLIC_URL: config.PUBLIC_URL,
          KEY_DIR: path.join(config.DATA_DIR, 'secrets'),
        }),
      ),
    temporal: () => temporalRunner(facts),
    demo: () =>
      served('demo', 'demo-model', `${local(ports.demo)}/health`, 5_000, () =>
        helperEnv(env, { DEMO_PORT: String(ports.demo) }),
      ),
    modal: () => modalRunner(facts),
    worker: () =>
      processRunner('worker', facts, {
        spec: (signal) =>
          upgrade(signal).then(() => ({
            ...nodeProcess(facts, 'worker', workerEnv(facts), 35_000),
            finishMs: config.SHUTDOWN_GRACE_MS,
          })),
        isHealthy: async (running) => running.saidReady(),
        limitMs: 60_000,
        whenHealthy: (running, signal) => makeBuildCurrent(facts, running, signal),
      }),
    api: () => {
      const url = `http://${reachable(config.HOST)}:${config.PORT}/api/health`;
      return served('api', 'api', url, 10_000 + 2 * config.DRAIN_MS, (signal) =>
        upgrade(signal).then(() => apiEnv(facts)),
      );
    },
  };
  return parts.map((part) => make[part]());
}

interface ProcessPart {
  /** Before its process there may be something to fetch, until the signal ends that. */
  readonly spec: (signal: AbortSignal) => ProcessSpec | Promise<ProcessSpec>;
  readonly isHealthy: (running: SpawnedProcess) => Promise<boolean>;
  readonly limitMs: number;
  /** What has to happen once it answers, before others may use it. */
  readonly whenHealthy?: (running: Running, signal: AbortSignal) => Promise<void>;
}

function processRunner(part: Part, facts: PartFacts, how: ProcessPart): PartRunner {
  const log = openPartLog(facts.config.DATA_DIR, part);
  return {
    part,
    start: async (onSpawned, signal) => {
      signal.throwIfAborted();
      const partLog = await log;
      const running = await spawnProcess(await how.spec(signal), partLog);
      try {
        await onSpawned(running);
        await waitUntilHealthy(running, startCheck(part, how, running), signal);
        await how.whenHealthy?.(running, signal);
        return running;
      } catch (error) {
        await running.stop();
        throw new Error(
          `${part} could not be started: ${messageOf(error)}.\nThe end of ` +
            `${partLog.file}:\n${partLog.tail()}`,
          { cause: error },
        );
      }
    },
  };
}

function startCheck(part: Part, how: ProcessPart, running: SpawnedProcess): StartCheck {
  return {
    limitMs: how.limitMs,
    isHealthy: () => how.isHealthy(running),
    isAlive: () => running.saysAlive(ANSWER_LIMIT_MS),
    onSlow: () =>
      createLog(part).warn(
        `${part} is still starting after ${how.limitMs / 1000} s; it is alive and gets more time`,
      ),
  };
}

const sayFetched = (line: string): void => createLog('temporal').info(line);

function temporalRunner(facts: PartFacts): PartRunner {
  const { config, ports } = facts;
  let program = '';
  return processRunner('temporal', facts, {
    // Other parts are brought up meanwhile.
    spec: async (signal) => ({
      command: (program ||= await ensureTemporalCli(sayFetched, signal)),
      args: devServerArgs({
        port: ports.temporal,
        uiPort: ports.temporalUi,
        dataDir: config.DATA_DIR,
      }),
      env: helperEnv(facts.env, SERVER_ENV),
      cwd: config.DATA_DIR,
      stopLimitMs: 10_000,
    }),
    isHealthy: () => isTemporalReady(program, `127.0.0.1:${ports.temporal}`),
    limitMs: 60_000,
  });
}

/**
 * The emulator with our functions in it. It keeps what was deployed, so that once for each start of
 * the stack is enough.
 */
function modalRunner(facts: PartFacts): PartRunner {
  let isDeployed = false;
  return processRunner('modal', facts, {
    spec: () => emulatorProcess(facts),
    isHealthy: () => acceptsTcp(facts.ports.modal),
    limitMs: 30_000,
    whenHealthy: async () => {
      if (!isDeployed) await deployModalApp(facts);
      isDeployed = true;
    },
  });
}

/**
 * PostgreSQL with everything in it that the gateway expects: platform, then the product's
 * migrations.
 */
function postgresRunner(facts: PartFacts): PartRunner & { url(): string } {
  const { config, ports } = facts;
  const log = createLog('postgres');
  let url = '';
  return {
    part: 'postgres',
    url: () => url,
    start: async (onSpawned, signal) => {
      signal.throwIfAborted();
      const server = await startPostgres({
        dataDir: path.join(config.DATA_DIR, 'postgres'),
        port: ports.postgres,
        log,
      });
      const running: Running = {
        pid: server.pid,
        exited: server.exited.then((code) => `exit code ${code}`),
        stop: () => server.stop(),
      };
      try {
        await onSpawned(running);
        // Throws before anything is changed when the database is not this code's (O2).
        await readPlan(server.url, log);
        await applyPlatform(server.url);
        await migrate(facts, server.url);
        url = server.url;
        return running;
      } catch (error) {
        await server.stop();
        throw error;
      }
    },
  };
}

async function migrate(facts: PartFacts, databaseUrl: string): Promise<void> {
  const env = helperEnv(facts.env, { DATABASE_URL: databaseUrl });
  const outcome = await run(process.execPath, builtProgramArgs(facts.build, 'migrate'), {
    timeoutMs: MIGRATE_LIMIT_MS,
    env,
  });
  if (!outcome.ok)
    throw new Error(
      `The database migrations failed:\n${tail(`${outcome.stdout}\n${outcome.stderr}`)}`,
    );
}

/** Programs that run a part of the same name, as far as the names differ. */
const PART_OF: Readonly<Partial<Record<BuiltProgram, Part>>> = {
  gateway: 'supabase',
  'demo-model': 'demo',
};

function nodeProcess(
  { build, inspected }: PartFacts,
  program: BuiltProgram,
  env: NodeJS.ProcessEnv,
  stopLimitMs: number,
): ProcessSpec {
  const isInspected = inspected !== undefined && inspected === (PART_OF[program] ?? program);
  return {
    command: process.execPath,
    args: [
      ...(isInspected ? [`--inspect=${INSPECT_ADDRESS}`] : []),
      ...builtProgramArgs(build, program),
    ],
    env,
    cwd: PROJECT_ROOT,
    stopLimitMs,
  };
}

/** Where a server that listens on `host` can be asked from this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
