import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DYNAMIC_CONFIG } from '../../dev/stack/temporal-server.js';
import { SERVER_VERSION } from '../support/temporal-programs.js';
import { Env, PROJECT_ROOT } from '../../src/config.js';
import { NAMED_ATTRIBUTES } from '../../src/contracts/durable/search-attributes.js';
import { CALLBACK_ROUTES } from '../../src/contracts/http-routes/callbacks.js';
import { SERVICE_ROUTES } from '../../src/contracts/http-routes/service.js';
import { missingServices } from '../../src/ops/production.js';
import { STOPPING } from '../../src/api/readiness.js';
import { Ready } from '../../src/contracts/wire/http.js';
import { readText } from './files.js';

const FOLDER = 'temporal-docker';
const BASE = `${FOLDER}/compose.yaml`;
const TLS = `${FOLDER}/compose.tls.yaml`;

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly entrypoint?: readonly string[];
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: object;
}

const compose = (file: string): Compose => parse(readText(file), { merge: true }) as Compose;
const servicesOf = (file: string): [string, Service][] => Object.entries(compose(file).services);
/** Of both files. */
const all = [...servicesOf(BASE), ...servicesOf(TLS)];

/** Variables that containers are not given from outside, with the reason. */
const NOT_HANDED_ON: Readonly<Record<string, string>> = {
  BUILD_ID: 'one name for all builds of `npm run dev`',
  CUTOUT_MODEL_FILE: 'lies in the image',
  DEMO: 'refused in production',
  EMBEDDED_SUPABASE_URL: 'refused in production',
  HOST: 'production listens on every interface of its container',
  PUSH_TEST_ORIGIN: 'for tests only',
  TEMPORAL_TLS_CLIENT_CERT_PATH: 'compose.tls.yaml',
  TEMPORAL_TLS_CLIENT_KEY_PATH: 'compose.tls.yaml',
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: 'compose.tls.yaml',
};

/** Its own types do not resolve under `nodenext`. */
interface Linter {
  lintFiles(
    files: readonly string[],
    isRecursive: boolean,
  ): { messages: { line: number; message: string }[] }[];
}
const { DCLinter } = createRequire(import.meta.url)('dclint') as {
  DCLinter: new (config: object) => Linter;
};

/** dclint holds the files against the schema of Compose and its own rules but for the order. */
const LINTER = new DCLinter({
  rules: {
    'no-build-and-image': [2, { checkPullPolicy: true }],
    'no-unbound-port-interfaces': 2,
    'service-image-require-explicit-tag': 2,
    'no-version-field': 2,
    'no-quotes-in-volumes': 2,
    'require-quotes-in-ports': 2,
    'require-project-name-field': 0,
    'service-keys-order': 0,
    'services-alphabetical-order': 0,
    'service-dependencies-alphabetical-order': 0,
    'service-ports-alphabetical-order': 0,
    'top-level-properties-order': 0,
  },
  quiet: false,
  debug: false,
  exclude: [],
});

describe('the compose files', () => {
  it.each([BASE, TLS])('%s: dclint and the schema of Compose find nothing', (file) => {
    const [report] = LINTER.lintFiles([path.join(PROJECT_ROOT, file)], false);
    expect(report?.messages.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  it('have no password, key or secret of their own', () => {
    const secrets = all.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([variable]) => /(PASSWORD|PWD|SECRET|API_KEY|ROLE_KEY|ANON_KEY)$/.test(variable))
        .map(([variable, value]) => ({ at: `${name}.${variable}`, value })),
    );
    expect(secrets.length).toBeGreaterThan(5);
    // Given by whoever starts it: required, or empty and then refused by the program.
    const given = /^\$\{[A-Z_]+(:\?[^}]+|:-)\}$/;
    expect(secrets.filter(({ value }) => !given.test(value)).map(({ at }) => at)).toEqual([]);
  });

  it('run the version that `npm run test:temporal-server` builds', () => {
    const images = all.flatMap(([, { image = '' }]) => image);
    const ours = images.filter((image) => /^temporalio\/(server|admin-tools):/.test(image));
    expect(ours.length).toBeGreaterThan(2);
    expect(ours.filter((image) => !image.endsWith(`:${SERVER_VERSION}`))).toEqual([]);
  });

  it('listen on this host only', () => {
    const ports = all.flatMap(([, { ports: published = [] }]) => published);
    expect(ports.length).toBeGreaterThan(2);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('mount and start only files that are there, and volumes that they declare', () => {
    const declared = Object.keys(compose(BASE).volumes ?? {});
    const missing = all.flatMap(([, { volumes = [], entrypoint = [] }]) => {
      const mounts = volumes.map((volume) => volume.split(':')[0] ?? '');
      const started = entrypoint.filter((part) => part.startsWith('/scripts/'));
      return [...mounts, ...started.map((part) => `.${part}`)].filter((source) =>
        source.startsWith('.')
          ? source !== './certificates' && !existsSync(path.join(PROJECT_ROOT, FOLDER, source))
          : !declared.includes(source),
      );
    });
    expect(missing).toEqual([]);
  });

  it('wait for health where they wait, and only for services that are there', () => {
    const { services } = compose(BASE);
    const waits = Object.values(services).flatMap(({ depends_on = {} }) =>
      Object.entries(depends_on),
    );
    expect(waits.length).toBeGreaterThan(4);
    const broken = waits.filter(([name, { condition }]) =>
      condition === 'service_healthy'
        ? !services[name]?.healthcheck
        : condition !== 'service_completed_successfully' || !services[name],
    );
    expect(broken).toEqual([]);
  });

  it('take server and tools of the same version', () => {
    const versions = servicesOf(BASE).flatMap(
      ([, { image = '' }]) => /^temporalio\/(server|admin-tools):(.+)$/.exec(image)?.slice(2) ?? [],
    );
    expect(versions.length).toBe(3);
    expect(new Set(versions).size).toBe(1);
  });

  it('give API and worker what production needs, by its name, and no secret of the other', () => {
    const envOf = (file: string, name: string): Record<string, string> => ({
      ...compose(file).services[name]?.environment,
    });
    const [api, worker] = [envOf(BASE, 'api'), envOf(BASE, 'worker')];
    const names = [api, worker, envOf(TLS, 'api'), envOf(TLS, 'worker')].flatMap(Object.keys);
    expect(names.filter((name) => !(name in Env.shape))).toEqual([]);
    expect(missingServices(api, { needsModel: false })).toEqual([]);
    expect(missingServices(worker, { needsModel: true, signsPaths: false })).toEqual([]);
    expect(api).not.toHaveProperty('ANTHROPIC_API_KEY');
    expect(worker).not.toHaveProperty('GAME_PATH_SECRET');
  });

  it('hand on every variable of the configuration, or say why not', () => {
    const environment = (name: string) => compose(BASE).services[name]?.environment ?? {};
    const handedOn = { ...environment('api'), ...environment('worker') };
    const lost = Object.keys(Env.shape).filter((name) => !(name in handedOn));
    expect(lost.toSorted()).toEqual(Object.keys(NOT_HANDED_ON).toSorted());
    const unset = Object.entries(handedOn).filter(
      ([name, value]) => value.startsWith('${') && !value.startsWith(`\${${name}:-`),
    );
    expect(unset).toEqual([]);
  });

  it('I5: let a worker finish within the time that compose gives it', () => {
    const { stop_grace_period: grace, environment } = compose(BASE).services['worker'] ?? {};
    const graceMs = Number(/:-(\d+)\}$/.exec(environment?.['SHUTDOWN_GRACE_MS'] ?? '')?.[1]);
    expect(graceMs).toBeGreaterThan(0);
    // What is left is for handing over what has not finished.
    expect(graceMs + 10_000).toBeLessThanOrEqual(Number.parseInt(grace ?? '', 10) * 1000);
  });

  it('take what they ask for from variables that .env.example names', () => {
    const asked = all.flatMap(([, service]) =>
      [...JSON.stringify(service).matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name),
    );
    const named = readText(`${FOLDER}/.env.example`);
    const unnamed = [...new Set(asked)].filter(
      (name) => !new RegExp(`^#?${name}=`, 'm').test(named),
    );
    expect(unnamed).toEqual([]);
  });

  it('add TLS to every service that talks to the server, and to no other', () => {
    const callers = servicesOf(BASE)
      .filter(([, { environment = {} }]) => 'TEMPORAL_ADDRESS' in environment)
      .map(([name]) => name);
    expect(Object.keys(compose(TLS).services).toSorted()).toEqual(
      [...callers, 'temporal'].toSorted(),
    );
  });
});

it('Q2, O4: the balancer hashes the callbacks, and looks who is ready, by paths that exist', () => {
  const file = readText(`${FOLDER}/haproxy.cfg`);
  const pathOf = (pattern: RegExp): string => pattern.exec(file)?.[1] ?? '';
  expect(CALLBACK_ROUTES.takeJobEvents.path).toBe(`${pathOf(/path_beg (\S+)/)}:jobId`);
  expect(SERVICE_ROUTES.readiness.path).toBe(pathOf(/httpchk GET (\S+)/));
  expect(file).toContain('balance hash var(txn.key)');
  // The body of an instance that ends, and of none else (src/api/readiness.ts).
  expect(JSON.stringify(Ready.parse(STOPPING))).toContain(pathOf(/expect ! string '(\S+)'/));
});

describe('what an own server is prepared with', () => {
  it('are the search attributes of src/contracts/durable/search-attributes.ts', () => {
    const wanted = NAMED_ATTRIBUTES.map(({ name, type }) => `${name} ${type}`);
    const lines = readText(`${FOLDER}/search-attributes.txt`).split('\n').filter(Boolean);
    expect(lines).toEqual(wanted);
  });

  it('is the dynamic configuration that the dev server has', () => {
    const file = parse(readText(`${FOLDER}/dynamic-config.yaml`)) as Record<
      string,
      { value: unknown }[]
    >;
    const values = Object.entries(file).map(([key, entries]) => [
      key,
      entries.map(({ value }) => value),
    ]);
    expect(Object.fromEntries(values)).toEqual(
      Object.fromEntries(Object.entries(DYNAMIC_CONFIG).map(([key, value]) => [key, [value]])),
    );
  });
});
