import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort, isPortFree } from '../../dev/stack/ports.js';
import { startPostgres, type RunningPostgres } from '../../dev/postgres/postgres.js';
import { ensureOldestPostgres } from '../../dev/tools/oldest-postgres.js';
import { ensureTemporalPrograms, type TemporalPrograms } from './temporal-programs.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { run, tail } from '../../src/ops/run-program.js';
import { log } from './database.js';
import {
  environmentOf,
  makeAccess,
  runScript,
  type Access,
  type AccessKind,
  type Variables,
} from './own-temporal-access.js';
import { patient } from './patience.js';
import { stackEnv } from './stack.js';

const DOCKER = path.join(PROJECT_ROOT, 'temporal-docker');
const NAMESPACE = 'dreamcore';
const START_LIMIT_MS = patient(120_000);
const PORTS = ['FRONTEND', 'INTERNAL_FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'].flatMap((part) => [
  `${part}_GRPC_PORT`,
  `${part}_MEMBERSHIP_PORT`,
]);

/** The server of `temporal-docker` on a PostgreSQL of its own, without docker. */
export interface OwnTemporal {
  readonly address: string;
  readonly namespace: string;
  /** What a client needs to get in. */
  readonly clientEnv: Variables;
  readonly keyFor: Access['keyFor'];
  /** `npx dreamcore prepare` with these variables instead of `clientEnv`'s. */
  prepare(env?: Variables): Promise<{ ok: boolean; said: string }>;
  /** The process of now; throws while there is none. */
  pid(): number;
  /** `kill -9`; its database goes on. */
  kill(): Promise<void>;
  /** On the same ports; returns when it listens. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Sets it up with the compose files' own variables and scripts, starts it, and leaves the namespace
 * to `prepare`. `folder` keeps database, log and certificates; PostgreSQL's account can reach it.
 */
export async function startOwnTemporal(
  folder: string,
  kind: AccessKind = 'open',
): Promise<OwnTemporal> {
  const programs = await ensureTemporalPrograms((line) => log.info(line));
  const access = await makeAccess(kind, folder);
  const postgres = await startPostgres({
    dataDir: await made(path.join(folder, 'temporal-postgres')),
    pgBinDir: await ensureOldestPostgres(),
    log,
  });
  const end = async (): Promise<void> => {
    await postgres.stop();
    await access.stop();
  };
  try {
    const variables = await variablesOf(postgres, access);
    await setUpSchemas(programs, variables);
    const server = serverOf(programs, folder, { variables, args: access.serverArgs });
    await server.start();
    return {
      ...server,
      ...clientOf(folder, variables, access),
      stop: async () => {
        await server.end('SIGTERM');
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** What the compose files give their service `temporal`, with places of this machine. */
async function variablesOf(postgres: RunningPostgres, access: Access): Promise<Variables> {
  const { username, password } = new URL(postgres.url);
  const taken = new Set<number>();
  const ports: Record<string, string> = {};
  for (const name of [...PORTS, 'FRONTEND_HTTP_PORT', 'INTERNAL_FRONTEND_HTTP_PORT']) {
    const port = await findFreePort(taken);
    taken.add(port);
    ports[name] = String(port);
  }
  return {
    ...(await environmentOf('compose.yaml')),
    ...access.server,
    ...ports,
    POSTGRES_SEEDS: '127.0.0.1',
    DB_PORT: String(postgres.port),
    POSTGRES_USER: username,
    POSTGRES_PWD: password,
    BIND_ON_IP: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: path.join(DOCKER, 'dynamic-config.yaml'),
    PROMETHEUS_ENDPOINT: '',
    LOG_LEVEL: 'warn',
  };
}

function setUpSchemas({ sqlTool }: TemporalPrograms, variables: Variables): Promise<void> {
  return runScript('setup-schema.sh', [], {
    TEMPORAL_SQL_TOOL: sqlTool,
    SQL_PLUGIN: variables['DB'] ?? '',
    SQL_HOST: variables['POSTGRES_SEEDS'] ?? '',
    SQL_PORT: variables['DB_PORT'] ?? '',
    SQL_USER: variables['POSTGRES_USER'] ?? '',
    SQL_PASSWORD: variables['POSTGRES_PWD'] ?? '',
  });
}

function serverOf(
  { server }: TemporalPrograms,
  folder: string,
  { variables, args }: { readonly variables: Variables; readonly args: readonly string[] },
) {
  const port = Number(variables['FRONTEND_GRPC_PORT']);
  let child: ChildProcess | null = null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill(signal);
    await once(ending, 'exit');
  };
  return {
    async start(): Promise<void> {
      const output = createWriteStream(path.join(folder, 'temporal.log'), { flags: 'a' });
      await once(output, 'open');
      child = spawn(server, args, {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...variables },
        stdio: ['ignore', output, output],
      });
      await untilListening(child, port, output.path.toString());
    },
    pid(): number {
      if (child?.pid === undefined) throw new Error('Temporal does not run');
      return child.pid;
    },
    kill: () => end('SIGKILL'),
    end,
  };
}

async function untilListening(child: ChildProcess, port: number, logFile: string): Promise<void> {
  for (const untilMs = Date.now() + START_LIMIT_MS; await isPortFree(port); await sleep(200)) {
    const isOver = child.exitCode !== null || Date.now() > untilMs;
    if (isOver)
      throw new Error(`Temporal does not start: ${tail(await readFile(logFile, 'utf8'))}`);
  }
}

function clientOf(folder: string, variables: Variables, access: Access) {
  const address = `127.0.0.1:${variables['FRONTEND_GRPC_PORT']}`;
  const clientEnv: Variables = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    ...access.client,
  };
  return {
    address,
    namespace: NAMESPACE,
    clientEnv,
    keyFor: access.keyFor,
    async prepare(env: Variables = clientEnv) {
      const program = path.join(PROJECT_ROOT, 'bin/dreamcore.js');
      const { ok, stdout, stderr } = await run(
        process.execPath,
        [program, 'prepare', '--env-file', '/dev/null'],
        { timeoutMs: START_LIMIT_MS, env: stackEnv({ DATA_DIR: folder, ...env }) },
      );
      return { ok, said: `${stdout}${stderr}` };
    },
  };
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
