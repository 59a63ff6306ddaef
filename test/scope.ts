import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';
import { unchangedDoubles } from './doubles.js';

/** `npm test` proves every promise once; `TEST_SCOPE=full` (`npm run test:full`) runs all tests. */
export const isFullRun = process.env['TEST_SCOPE'] === 'full';

/**
 * Defines tests that only a full run has, in a file that has others as well.
 *
 * @param _why what proves the same promise in `npm test`; it is told with what a run leaves out
 */
export function inFullRuns(_why: string, define: () => void): void {
  if (isFullRun) define();
}

/** The cases of a table: all of them in a full run, else some that stand for the others. */
export function sample<const Case>(
  _why: string,
  all: readonly Case[],
  some: readonly Case[],
): Case[] {
  return [...(isFullRun ? all : some)];
}

/** Test files that `npm test` does not run, as globs of vitest, and why it may. */
interface LeftOut {
  readonly files: readonly string[];
  readonly why: string;
}

const SLOW: readonly LeftOut[] = [
  {
    files: ['test/recovery/full/**'],
    why: 'minutes for each file; restarts, runs and modal have a kill of each kind',
  },
  {
    files: ['test/recovery/chaos.test.ts'],
    why: 'chaos: minutes of random kills; every kind of kill has a test of its own in npm test',
  },
  {
    files: ['test/recovery/clock.test.ts', 'test/recovery/privileged/disk-full.test.ts'],
    why: 'clock jumps and full disks: all processes start again with a clock or disk of their own',
  },
  {
    files: ['test/contract/full/**'],
    why: 'second proofs: the main job and all promises on Modal, several videos, every faulty game',
  },
  {
    files: ['test/contract/import/**'],
    why: 'V2 is imported once',
  },
  {
    files: [
      'test/contract/runner/hostile-recording.test.ts',
      'test/contract/runner/boxed-render.test.ts',
      'test/contract/hostile/**',
    ],
    why: 'attacks by the hundred (`npm run redteam`); hostile-rows and both isolation tests remain',
  },
  {
    files: [
      'test/contract/http/images.test.ts',
      'test/contract/http/thumbnails.test.ts',
      'test/contract/runner/cutout.test.ts',
      'test/contract/modal/images.test.ts',
      'test/contract/ports/local-videos.test.ts',
    ],
    why: 'images and videos by the dozen: workflows/images and ports/local make some',
  },
  {
    files: [
      'test/contract/runner/play.test.ts',
      'test/contract/runner/faults.test.ts',
      'test/contract/ports/local-plays.test.ts',
      'test/contract/journey/judging.test.ts',
    ],
    why: 'plays of half a minute each: journey/repairs plays twice, workflows/judging judges',
  },
  {
    files: [
      'test/contract/ports/modal.test.ts',
      'test/contract/modal/app.test.ts',
      'test/contract/modal/calls.test.ts',
      'test/contract/modal/launcher.test.ts',
      'test/contract/modal/python.test.ts',
      'test/contract/modal/replication.test.ts',
    ],
    why: 'every part of Modal; modal/durable-calls and recovery/modal make games on it',
  },
  {
    files: ['test/contract/ws/live-path.test.ts', 'test/contract/ws/outage.test.ts'],
    why: 'streams in trouble: src/stream has their rules, recovery/restarts kills the API',
  },
  {
    files: [
      'test/contract/ops/doctor.test.ts',
      'test/contract/ops/jobs-cancel.test.ts',
      'test/contract/ops/rerun.test.ts',
      'test/contract/ops/traces.test.ts',
      'test/contract/ops/unprepared-server.test.ts',
    ],
    why: 'what operators do now and then; ops/jobs, archive, watch, metrics, src/telemetry remain',
  },
  {
    files: ['test/contract/http/schemathesis.test.ts', 'test/contract/journey/limits.test.ts'],
    why: 'requests by the hundred: endpoints.test.ts has every operation, http/limits every limit',
  },
  {
    files: [
      'test/contract/http/browser.test.ts',
      'test/contract/http/fast-pages.test.ts',
      'test/contract/http/public-dir.test.ts',
    ],
    why: 'pages as a browser gets them: http/pages has the answers, e2e has browsers',
  },
  {
    files: ['test/e2e/full/**'],
    why: 'minutes each: main-job and ws/follow, jobs and live-path have each rule once',
  },
  {
    files: [
      'test/e2e/account.test.ts',
      'test/e2e/cards.test.ts',
      'test/e2e/english.test.ts',
      'test/e2e/follow.test.ts',
      'test/e2e/installed.test.ts',
      'test/e2e/publish.test.ts',
      'test/e2e/push.test.ts',
      'test/e2e/tuning.test.ts',
    ],
    why: 'journeys with the real stack: main-job remains, and the contracts that they walk on',
  },
  {
    files: [
      'test/e2e/screens/axe.test.ts',
      'test/e2e/screens/keyboard.test.ts',
      'test/e2e/screens/hard-data.test.ts',
    ],
    why: 'every screen in every way: accessible, wander and operators try those that they visit',
  },
  {
    files: [
      'test/e2e/screens/assets.test.ts',
      'test/e2e/screens/chat.test.ts',
      'test/e2e/screens/crop.test.ts',
      'test/e2e/screens/discover.test.ts',
      'test/e2e/screens/layout-shift.test.ts',
      'test/e2e/screens/live-work.test.ts',
      'test/e2e/screens/project-list.test.ts',
      'test/e2e/screens/toasts.test.ts',
      'test/e2e/screens/versions.test.ts',
    ],
    why: 'one screen each in every detail: main-job, wander, publishing and accessible visit them',
  },
];
/** Run by whoever may mount small disks, in any scope. */
const MOUNTING: LeftOut = {
  files: ['test/contract/privileged/**', 'test/recovery/privileged/**'],
  why: 'full disks and power cuts: only root with CAP_SYS_ADMIN may mount them',
};

/** What this run leaves out. */
export function leftOut(): readonly LeftOut[] {
  const mounting = mayMount() ? [] : [MOUNTING];
  return isFullRun ? mounting : [...mounting, ...SLOW, ...unchangedDoubles()];
}

/** True for root with CAP_SYS_ADMIN, which root in a container may lack. */
function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}

/** Why parts of files are left out, in the order of the files. */
const PARTS = /\b(?:inFullRuns|sample)\(\s*(['"])(.+?)\1,/g;

function leftOutParts(): LeftOut[] {
  if (isFullRun) return [];
  const listed = execFileSync('git', ['ls-files', 'test/**.ts'], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((file) => file !== '' && file !== 'test/scope.ts')
    .flatMap((file) =>
      [...readFileSync(path.join(PROJECT_ROOT, file), 'utf8').matchAll(PARTS)].map(
        ([, , why = '']) => ({ files: [`${file}, a part`], why }),
      ),
    );
}

/** What this run leaves out, as lines for people. */
export function describeLeftOut(): string {
  const lines = [...leftOut(), ...leftOutParts()].map(
    ({ files, why }) => `  ${why}:\n    ${files.join('\n    ')}`,
  );
  return ['Left out, run by `npm run test:full`:', ...lines].join('\n');
}
