import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';

/** A double of `dev/`: its sources, and the tests that hold it against what it stands in for. */
interface Double {
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

const DOUBLES: Readonly<Record<string, Double>> = {
  'demo model': {
    sources: ['dev/demo-model', 'sketches', 'dev/read-body.ts'],
    tests: ['test/contract/demo-model'],
  },
  'Modal emulator': {
    sources: ['dev/modal-emulator', 'modal', 'dev/tools/venv.ts'],
    tests: ['test/contract/modal/emulator.test.ts', 'test/contract/modal/emulator-faults.test.ts'],
  },
  'Supabase gateway': {
    sources: ['dev/supabase', 'dev/postgres', 'dev/read-body.ts'],
    tests: [
      'test/contract/supabase/gateway-dialect.test.ts',
      'test/contract/supabase/gateway-google.test.ts',
      'test/contract/supabase/gateway-oauth.test.ts',
      'test/contract/supabase/gateway-process.test.ts',
      'test/contract/supabase/postgres.test.ts',
    ],
  },
};

/** What decides about every double: the programs and packages that they are held against. */
const COMMON = ['package-lock.json', 'test/doubles.ts'];

/** Hashes of the doubles as their tests saw them green; written by `npm run test:doubles`. */
const RECORD_FILE = path.join(PROJECT_ROOT, 'test', 'doubles.json');

/** The tests of doubles that are, byte for byte, those that their tests have seen green. */
export function unchangedDoubles(): { files: string[]; why: string }[] {
  const record = existsSync(RECORD_FILE)
    ? (JSON.parse(readFileSync(RECORD_FILE, 'utf8')) as Record<string, string>)
    : {};
  return Object.entries(DOUBLES)
    .filter(([name, double]) => record[name] === hashOf(double))
    .map(([name, { tests }]) => ({
      files: tests.map((test) => (test.endsWith('.ts') ? test : `${test}/**`)),
      why: `the ${name} and these tests are those that were last seen green together`,
    }));
}

/** Every test file and folder of a double. */
export function testsOfDoubles(): string[] {
  return Object.values(DOUBLES).flatMap(({ tests }) => tests);
}

/** The doubles as they are now, for `recordDoubles`: to be asked before their tests run. */
export function hashesOfDoubles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(DOUBLES).map(([name, double]) => [name, hashOf(double)]),
  );
}

/** Writes down that doubles with these hashes have passed their tests. */
export function recordDoubles(hashes: Readonly<Record<string, string>>): void {
  writeFileSync(RECORD_FILE, `${JSON.stringify(hashes, null, 2)}\n`);
}

/** Of every file below sources and tests that is not ignored, with its path. */
function hashOf({ sources, tests }: Double): string {
  const listed = execFileSync(
    'git',
    ['ls-files', '-coz', '--exclude-standard', '--', ...sources, ...tests, ...COMMON],
    { cwd: PROJECT_ROOT, encoding: 'utf8' },
  );
  const hash = createHash('sha256');
  for (const file of listed.split('\0').filter(Boolean).sort()) {
    const absolute = path.join(PROJECT_ROOT, file);
    if (existsSync(absolute)) hash.update(`${file}\0`).update(readFileSync(absolute)).update('\0');
  }
  return hash.digest('hex');
}
