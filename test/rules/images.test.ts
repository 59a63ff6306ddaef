import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedPackages, packageClosure, type Lock } from '../../scripts/image/closure.js';
import { isIgnored, parseDockerfile, stageInstructions } from '../../scripts/image/dockerfile.js';
import { DROPPED_FILES, IMAGE_TARGETS, packageRules } from '../../scripts/image/targets.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { trackedTexts, readText } from './files.js';

const lock = JSON.parse(readText('package-lock.json')) as Lock;
const { dependencies, engines } = JSON.parse(readText('package.json')) as {
  dependencies: Record<string, string>;
  engines: Record<string, string>;
};
const stages = parseDockerfile(readText('images/Dockerfile'));

/** What the API's own rooms import, as its program will name it. */
function packagesOfApi(): string[] {
  const rooms = /^src\/(?!activities|checks|runner|workflows)/;
  // A program of its own, which this image has not.
  const elsewhere = /^src\/ops\/replay\/(main|replay|parting)\.ts$/;
  const sources = trackedTexts().filter(
    ({ file }) => rooms.test(file) && !elsewhere.test(file) && !file.endsWith('.test.ts'),
  );
  const imports = sources.flatMap(({ text }) =>
    [...text.matchAll(/^(?:import|export) (?!type)[^;]*? from '([^'.][^']*)'/gm)].map(
      ([, name]) => `'${name}'`,
    ),
  );
  return namedPackages(imports.join(' '), Object.keys(dependencies));
}

describe('the api image', () => {
  it('holds no model program, browser, renderer or bundler', () => {
    const roots = packagesOfApi();
    expect(roots.length).toBeGreaterThan(12);
    const folders = packageClosure(lock, [...roots, 'three'], PROJECT_ROOT);
    expect(folders.length).toBeGreaterThan(100);
    expect(folders.filter((folder) => IMAGE_TARGETS.api.never.test(folder))).toEqual([]);
  });

  it('takes nested packages from where Node finds them, and refuses what the lock has not', () => {
    const small: Lock = {
      packages: {
        'node_modules/zod': { dependencies: { ws: '1' } },
        'node_modules/zod/node_modules/ws': {},
        'node_modules/ws': {},
      },
    };
    const root = path.join(PROJECT_ROOT);
    expect(packageClosure(small, ['zod'], root)).toEqual(['node_modules/zod']);
    expect(() => packageClosure({ packages: {} }, ['zod'], root)).toThrow(/has no zod/);
  });
});

describe('images/Dockerfile', () => {
  it('has what scripts/image/targets.ts describes as targets', () => {
    const names = stages.map(({ name }) => name);
    for (const name of Object.keys(IMAGE_TARGETS)) {
      expect(names).toContain(name);
      const text = stageInstructions(stages, name);
      expect(text.filter((step) => step.name === 'COPY').map((step) => step.text)).toEqual([
        `--from=build /image/${name} ./`,
      ]);
    }
  });

  it('runs as a user by number, under tini, on the Node of .nvmrc', () => {
    for (const name of Object.keys(IMAGE_TARGETS)) {
      const steps = stageInstructions(stages, name);
      expect(steps.find((step) => step.name === 'USER')?.text).toMatch(/^\d+:\d+$/);
      expect(steps.find((step) => step.name === 'ENTRYPOINT')?.text).toContain('tini');
    }
    const [, version = ''] = /NODE_IMAGE=node:(\d+)\.\d+\.\d+-/.exec(
      readText('images/Dockerfile'),
    ) ?? [''];
    expect(version).toBe(readText('.nvmrc').trim());
    expect(engines['node']).toBe('>=20.19');
  });

  it('gets no secret, no data and no package of this machine into its context', () => {
    const ignore = readFileSync(path.join(PROJECT_ROOT, '.dockerignore'), 'utf8');
    const kept = (file: string): boolean => !isIgnored(file, ignore);
    expect(
      [
        '.env',
        '.data/secrets.json',
        'node_modules/ws/a.js',
        'x/node_modules/y',
        '.git/HEAD',
      ].filter(kept),
    ).toEqual([]);
    expect(
      ['temporal-docker/certificates/ca.key', 'a/b.log', '.tools/bin/temporal'].filter(kept),
    ).toEqual([]);
    const needed = [
      'package.json',
      '.npmrc',
      'src/config.ts',
      'public/index.html',
      'dev/build/main.ts',
    ];
    expect(needed.filter((file) => !kept(file))).toEqual([]);
  });
});

describe('what is left out of packages', () => {
  const rules = packageRules('x64');

  it('keeps the binary of this platform, and drops the others', () => {
    const only = rules.find(({ below }) => below === 'releases/')?.only;
    expect(only?.test('releases/x86_64-unknown-linux-gnu/index.node')).toBe(true);
    expect(only?.test('releases/aarch64-apple-darwin/index.node')).toBe(false);
    const arm = packageRules('arm64').find(({ below }) => below === 'releases/')?.only;
    expect(arm?.test('releases/aarch64-unknown-linux-gnu/index.node')).toBe(true);
  });

  it('never drops code', () => {
    for (const file of ['index.js', 'a.mjs', 'b.cjs', 'package.json', 'c.wasm', 'd.node', 'e.ts'])
      expect(DROPPED_FILES.test(file)).toBe(false);
  });

  it('names only packages that are installed', () => {
    expect(rules.filter((rule) => !lock.packages[`node_modules/${rule.package}`])).toEqual([]);
  });
});
