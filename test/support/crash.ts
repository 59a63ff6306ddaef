import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { CrashPoint } from '../../src/process/crash-points.js';
import { patient } from './patience.js';
import { crashPointsDir, type Stack } from './stack.js';

/**
 * The next process of the stack that passes the point dies there; or what `strike` says happens
 * (see src/process/crash-points.ts). Whoever passed it before is forgotten.
 */
export async function arm(
  { dataDir }: Pick<Stack, 'dataDir'>,
  point: CrashPoint,
  strike = '',
): Promise<void> {
  await mkdir(crashPointsDir(dataDir), { recursive: true });
  await rm(markOf(dataDir, point), { force: true });
  await writeFile(path.join(crashPointsDir(dataDir), point), strike);
}

/** Resolves when a process has died at the point; fails the test when none does in time. */
export async function untilHit(
  { dataDir }: Pick<Stack, 'dataDir'>,
  point: CrashPoint,
  limitMs = patient(60_000),
): Promise<void> {
  const mark = markOf(dataDir, point);
  await expect
    .poll(
      () =>
        access(mark).then(
          () => true,
          () => false,
        ),
      {
        timeout: limitMs,
        message: `no process has passed the crash point ${point}`,
      },
    )
    .toBe(true);
}

const markOf = (dataDir: string, point: CrashPoint): string =>
  path.join(crashPointsDir(dataDir), `${point}.hit`);
