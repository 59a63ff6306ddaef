import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { findFreePort, isPortFree } from '../../dev/stack/ports.js';
import { startPostgres, type RunningPostgres } from '../../dev/postgres/postgres.js';
import { ensureOldestPostgres } from '../../dev/tools/oldest-postgres.js';
import {
  ensureTemporalPrograms,
  type TemporalPrograms,
} from '../../dev/tools/temporal-programs.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { run, tail } from '../../src/ops/run-program.js';
import { log } from './database.js';
import { patient } from './patience.js';
import { stackEnv } from './stack.js';

const DOCKER = path.join(PROJECT_ROOT, 'temporal-docker');
const NAMESPACE = 'dreamcore';
const START_LIMIT_MS = patient(120_000);
const PORTS = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'].flatMap((part) => [
  `${part}_GRPC_PORT`,
  `${part}_MEMBERSHIP_PORT`,
]);

/** The server of `temporal-docker` on a PostgreSQL of its own, without docker. */
export interface OwnTemporal {
  readonly address: string;
  readonly namespace: string;
  /** What a client needs to get in; certificates where the server wants them. */
  readonly clientEnv: Readonly<Record<string, string>>;
  /** `npx dreamcore prepare` with these variables instead of `clientEnv`'s. */
  prepare(env?: Readonly<Record<string, string>>): Promise<{ ok: boolean; said: string }>;
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
export async function startOwnTemporal(folder: string, isTls = false): Promise<OwnTemporal> {
  const programs = await ensureTemporalPrograms((line) => log.info(line));
  const postgres = await startPostgres({
    dataDir: await made(path.join(folder, 'temporal-postgres')),
    pgBinDir: await ensureOldestPostgres(),
    log,
  });
  try {
    const certificates = certificatesOf(folder);
    if (isTls) await script('make-certificates.sh', [certificates], {});
    const variables = await variablesOf(postgres, certificates, isTls);
    await setUpSchemas(programs, variables);
    const server = serverOf(programs, folder, variables);
    await server.start();
    return {
      ...server,
      ...clientOf(folder, variables, isTls),
      stop: stopBoth(server, postgres),
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

function certificatesOf(folder: string): string {
  return path.join(folder, 'certificates');
}

type Variables = Readonly<Record<string, string>>;

/** What the compose files give their service `temporal`, with places of this machine. */
async function variablesOf(
  postgres: RunningPostgres,
  certificates: string,
  isTls: boolean,
): Promise<Variables> {
  const { username, password } = new URL(postgres.url);
  const taken = new Set<number>();
  const ports: Record<string, string> = {};
  for (const name of [...PORTS, 'FRONTEND_HTTP_PORT']) {
    const port = await findFreePort(taken);
    taken.add(port);
    ports[name] = String(port);
  }
  return {
    ...(await environmentOf('compose.yaml')),
    ...(isTls ? withFolder(await environmentOf('compose.tls.yaml'), certificates) : {}),
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

async function environmentOf(file: string): Promise<Variables> {
  const text = await readFile(path.join(DOCKER, file), 'utf8');
  const { services } = parse(text, { merge: true }) as {
    services: Record<string, { environment?: Variables }>;
  };
  return services['temporal']?.environment ?? {};
}

function withFolder(variables: Variables, certificates: string): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value.replace(/^\/certificates(?=\/)/, certificates),
    ]),
  );
}

function setUpSchemas({ sqlTool }: TemporalPrograms, variables: Variables): Promise<void> {
  return script('setup-schema.sh', [], {
    TEMPORAL_SQL_TOOL: sqlTool,
    SQL_PLUGIN: variables['DB'] ?? '',
    SQL_HOST: variables['POSTGRES_SEEDS'] ?? '',
    SQL_PORT: variables['DB_PORT'] ?? '',
    SQL_USER: variables['POSTGRES_USER'] ?? '',
    SQL_PASSWORD: variables['POSTGRES_PWD'] ?? '',
  });
}

async function script(name: string, args: readonly string[], env: Variables): Promise<void> {
  const outcome = await run('sh', [path.join(DOCKER, 'scripts', name), ...args], {
    timeoutMs: START_LIMIT_MS,
    env: { PATH: process.env['PATH'], ...env },
  });
  if (!outcome.ok) throw new Error(`${name}: ${tail(outcome.stderr)}`);
}

function serverOf({ server }: TemporalPrograms, folder: string, variables: Variables) {
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
      child = spawn(server, ['--allow-no-auth', 'start'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...variables },
        stdio: ['ignore', output, output],
      });
      await untilListening(child, port, output.path.toString());
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

function clientOf(folder: string, variables: Variables, isTls: boolean) {
  const address = `127.0.0.1:${variables['FRONTEND_GRPC_PORT']}`;
  const at = (file: string): string => path.join(certificatesOf(folder), file);
  const clientEnv: Variables = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    ...(isTls && {
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: at('ca.pem'),
      TEMPORAL_TLS_CLIENT_CERT_PATH: at('client.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: at('client.key'),
      TEMPORAL_TLS_SERVER_NAME: 'temporal',
    }),
  };
  return {
    address,
    namespace: NAMESPACE,
    clientEnv,
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

function stopBoth(
  { end }: { readonly end: (signal: NodeJS.Signals) => Promise<void> },
  postgres: RunningPostgres,
): () => Promise<void> {
  return async () => {
    await end('SIGTERM');
    await postgres.stop();
  };
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
