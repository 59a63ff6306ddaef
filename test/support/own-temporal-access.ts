import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../../src/config.js';
import { run, tail } from '../../src/ops/run-program.js';

export type Variables = Readonly<Record<string, string>>;

/**
 * How one gets in: `open` by the address alone, `certificates` by mutual TLS as `compose.tls.yaml`
 * has it, `keys` over TLS by an API key that says what its holder may do.
 */
export type AccessKind = 'open' | 'certificates' | 'keys';

export interface Access {
  /** What the server is told beside its place. */
  readonly server: Variables;
  readonly serverArgs: readonly string[];
  /** What a client needs; with `keys` one that may do everything. */
  readonly client: Variables;
  /** An API key for these permissions (`<namespace>:<role>`); only where keys are asked for. */
  readonly keyFor: ((...permissions: string[]) => Promise<string>) | null;
  stop(): Promise<void>;
}

const DOCKER = path.join(PROJECT_ROOT, 'temporal-docker');
const SCRIPT_LIMIT_MS = 120_000;
const KEY_ID = 'test';

/** Makes what this way in needs; certificates are kept below `folder`. */
export async function makeAccess(kind: AccessKind, folder: string): Promise<Access> {
  if (kind === 'open')
    return {
      server: {},
      serverArgs: ['--allow-no-auth', 'start'],
      client: {},
      keyFor: null,
      stop: async () => undefined,
    };
  const certificates = path.join(folder, 'certificates');
  await runScript('make-certificates.sh', [certificates], {});
  return kind === 'certificates' ? byCertificates(certificates) : byKeys(certificates);
}

async function byCertificates(certificates: string): Promise<Access> {
  return {
    server: await serverTls(certificates),
    serverArgs: ['--allow-no-auth', 'start'],
    client: {
      ...clientTls(certificates),
      TEMPORAL_TLS_CLIENT_CERT_PATH: path.join(certificates, 'client.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: path.join(certificates, 'client.key'),
    },
    keyFor: null,
    stop: async () => undefined,
  };
}

/** The server fetches what checks the keys, and asks none of its own parts for one. */
async function byKeys(certificates: string): Promise<Access> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'ES256', use: 'sig' };
  const keys = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  keys.listen(0, '127.0.0.1');
  await once(keys, 'listening');
  const keyFor = (...permissions: string[]): Promise<string> =>
    new SignJWT({ permissions })
      .setProtectedHeader({ alg: 'ES256', kid: KEY_ID })
      .setSubject('dreamcore')
      .setExpirationTime('2h')
      .sign(privateKey);
  const parts = ['frontend', 'internal-frontend', 'history', 'matching', 'worker'];
  return {
    server: {
      ...(await serverTls(certificates)),
      TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: 'false',
      TEMPORAL_AUTH_AUTHORIZER: 'default',
      TEMPORAL_AUTH_CLAIM_MAPPER: 'default',
      TEMPORAL_JWT_KEY_SOURCE1: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`,
      USE_INTERNAL_FRONTEND: 'true',
    },
    serverArgs: ['start', ...parts.flatMap((part) => ['--service', part])],
    client: { ...clientTls(certificates), TEMPORAL_API_KEY: await keyFor('temporal-system:admin') },
    keyFor,
    async stop() {
      keys.close();
      keys.closeAllConnections();
    },
  };
}

async function serverTls(certificates: string): Promise<Variables> {
  const variables = await environmentOf('compose.tls.yaml');
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value.replace(/^\/certificates(?=\/)/, certificates),
    ]),
  );
}

function clientTls(certificates: string): Variables {
  return {
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: path.join(certificates, 'ca.pem'),
    TEMPORAL_TLS_SERVER_NAME: 'temporal',
  };
}

/** What a compose file gives its service `temporal`. */
export async function environmentOf(file: string): Promise<Variables> {
  const text = await readFile(path.join(DOCKER, file), 'utf8');
  const { services } = parse(text, { merge: true }) as {
    services: Record<string, { environment?: Variables }>;
  };
  return services['temporal']?.environment ?? {};
}

/** A script of `temporal-docker`, with no variables but these. Throws when it fails. */
export async function runScript(
  name: string,
  args: readonly string[],
  env: Variables,
): Promise<void> {
  const outcome = await run('sh', [path.join(DOCKER, 'scripts', name), ...args], {
    timeoutMs: SCRIPT_LIMIT_MS,
    env: { PATH: process.env['PATH'], ...env },
  });
  if (!outcome.ok) throw new Error(`${name}: ${tail(outcome.stderr)}`);
}
