import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import { run } from '../../../src/ops/run-program.js';
import { ensureVenvPython, VENVS } from '../../../dev/tools/venv.js';
import { patient } from '../../support/patience.js';
import { openFuzzed, type Fuzzed } from './fuzzed.js';

/**
 * schemathesis asks the running API what docs/api/openapi.json allows and much that it does not,
 * signed in, with ids that are there and ids that are not: never 5xx, never a status, type, header
 * or field that the document does not tell. SCHEMATHESIS=full asks about a hundred times each, for
 * two minutes and more.
 */
const IS_FULL = process.env['SCHEMATHESIS'] === 'full';
const SEED = '20261126';
const AMOUNT = IS_FULL
  ? ['--phases', 'coverage,fuzzing', '--max-examples', '100']
  : ['--phases', 'fuzzing', '--max-examples', '3', '--no-shrink'];
const LIMIT_MS = IS_FULL ? 3_600_000 : 300_000;
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,' +
  'response_headers_conformance,response_schema_conformance,ignored_auth';
/** What waits for workflows, which are away; their refusals are rows of endpoints.ts. */
const WAITING =
  '^(POST .*/(generate-[a-z-]+|remove-background|publish|unpublish|cancel|remix|delete)' +
  '|PUT .*/settings|GET /api/(ready|account/deletion))$';

let fuzzed: Fuzzed;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-schemathesis-'));
  fuzzed = await openFuzzed();
});
afterAll(async () => {
  await fuzzed?.api.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Ids for the parts of addresses: seven times of ten one that is there. */
function configText({ ids, idsBelow, api }: Fuzzed): string {
  const below = Object.entries(idsBelow).flatMap(([start, parts]) =>
    Object.entries(parts).map(([part, values]) => ({
      name: `${part}${start.replaceAll('/', '-')}`,
      start,
      part,
      values,
    })),
  );
  const dictionaries = [
    ...Object.entries(ids).map(([name, values]) => ({ name, values })),
    ...below,
  ];
  const binding = (part: string, name: string): string =>
    `"path.${part}" = { dictionary = "${name}", probability = 0.7 }`;
  return [
    '[cache]',
    'enabled = false',
    '[auth.openapi.bearer]',
    `bearer = ${JSON.stringify(api.alice.accessToken)}`,
    '[dictionaries]',
    ...dictionaries.map(({ name, values }) => `${name} = { values = ${JSON.stringify(values)} }`),
    '[parameters]',
    ...Object.keys(ids).map((name) => binding(name, name)),
    ...below.flatMap(({ name, start, part }) => [
      '[[operations]]',
      `include-path-regex = ${JSON.stringify(`^${start}`)}`,
      '[operations.parameters]',
      binding(part, name),
    ]),
  ].join('\n');
}

describe('the OpenAPI document and the API', () => {
  it('agree, whatever is asked', { timeout: LIMIT_MS + patient(10_000) }, async () => {
    const python = await ensureVenvPython(VENVS.schemathesis);
    const config = path.join(folder, 'schemathesis.toml');
    await writeFile(config, configText(fuzzed));
    const heard = await run(
      python,
      [
        '-m',
        'schemathesis.cli',
        '--config-file',
        config,
        'run',
        path.join(PROJECT_ROOT, 'docs/api/openapi.json'),
        '--url',
        fuzzed.api.process.baseUrl,
        '--checks',
        CHECKS,
        '--seed',
        SEED,
        '--exclude-name-regex',
        WAITING,
        '--max-redirects',
        '0',
        '--generation-database',
        'none',
        '--continue-on-failure',
        '--suppress-health-check',
        'all',
        '--warnings',
        'off',
        '--no-color',
        ...AMOUNT,
      ],
      { timeoutMs: LIMIT_MS, cwd: folder },
    );
    process.stdout.write(heard.stdout.slice(heard.stdout.lastIndexOf('= SUMMARY =')));
    expect(heard.ok, heard.stdout + heard.stderr).toBe(true);
    const asked = HTTP_ROUTES.filter(
      ({ method, path: address }) =>
        !new RegExp(WAITING).test(`${method.toUpperCase()} ${address}`),
    ).length;
    expect(heard.stdout).toMatch(new RegExp(`Tested: +${asked}\\n`));
  });
});
