import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ensureVenvPython, VENVS } from '../../dev/tools/venv.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { patient } from '../support/patience.js';
import { readText, trackedTexts } from './files.js';

const INSTALL_LIMIT_MS = patient(300_000);
const SHELL = /^#!.*\b(ba|da)?sh\b/;

const texts = trackedTexts();
const scripts = texts.filter(({ text }) => SHELL.test(text)).map(({ file }) => file);
const dockerfiles = texts
  .filter(({ file }) => /(^|\/)Dockerfile$/.test(file))
  .map(({ file }) => file);

let folder: string;

beforeAll(async () => {
  folder = path.dirname(await ensureVenvPython(VENVS.linters));
}, INSTALL_LIMIT_MS);

/** What the linter says; empty when it finds nothing. Throws when it does not run. */
async function lint(program: string, args: readonly string[]): Promise<string> {
  const ran = promisify(execFile)(path.join(folder, program), [...args], { cwd: PROJECT_ROOT });
  return ran.then(
    ({ stdout }) => stdout,
    (error: { code?: unknown; stdout?: string }) => {
      if (error.code === 1) return `${error.stdout}`;
      throw error as unknown as Error;
    },
  );
}

describe('shell scripts', () => {
  it('are found, those of the compose files among them', () => {
    expect(scripts).toContain('temporal-docker/scripts/prepare.sh');
    expect(scripts).toContain('.ci/run');
  });

  it('have nothing that shellcheck complains of', async () => {
    expect(await lint('shellcheck', ['--severity=style', '--format=gcc', ...scripts])).toBe('');
  });
});

describe('Dockerfiles', () => {
  it.each(dockerfiles)('%s has nothing that hadolint complains of', async (file) => {
    expect(await lint('hadolint', ['--no-color', file])).toBe('');
  });
});

describe('workflows of GitHub', () => {
  it('have nothing that zizmor complains of, and name actions by their commit', async () => {
    const args = ['--offline', '--no-progress', '--format=plain', '--persona=regular', '.github'];
    expect(await lint('zizmor', args)).toMatch(/No findings to report/);
  });

  it('run what .ci/run runs, on the promised Node and on ours', () => {
    const { jobs } = parse(readText('.github/workflows/ci.yml')) as {
      jobs: { test: { strategy: { matrix: { node: string[] } }; steps: { run?: string }[] } };
    };
    expect(jobs.test.steps.at(-1)?.run).toBe('.ci/run');
    const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } };
    const [oldest = '', ours = ''] = jobs.test.strategy.matrix.node;
    expect(engines.node).toBe(`>=${oldest.replace(/\.0$/, '')}`);
    expect(ours).toBe(readText('.nvmrc').trim());
  });

  it('call only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: object };
    const texts = ['ci', 'nightly'].map((name) => readText(`.github/workflows/${name}.yml`));
    const named = [...texts.join('\n').matchAll(/npm run (?:--silent )?([\w:-]+)/g)];
    expect(named.length).toBeGreaterThan(2);
    expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
  });
});
