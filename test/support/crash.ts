import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { CRASH_POINTS_DIR, type CrashPoint } from '../../src/crash-points.js';
import { newDataDir } from './stack.js';

/** Where the points of a stack are armed; made before the stack, whose processes are told of it. */
export interface CrashSwitch {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** The next process that passes the point dies there. */
  arm(point: CrashPoint): Promise<void>;
  /** Resolves when a process has died there; fails the test when none does. */
  untilHit(point: CrashPoint): Promise<void>;
  /** Removes the data folder, when its stack is gone. */
  remove(): Promise<void>;
}

export async function crashSwitch(): Promise<CrashSwitch> {
  const dataDir = await newDataDir();
  const folder = path.join(dataDir, 'crash-points');
  await mkdir(folder);
  return {
    dataDir,
    env: { [CRASH_POINTS_DIR]: folder },
    remove: () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }),
    arm: (point) => writeFile(path.join(folder, point), ''),
    untilHit: (point) => expect.poll(() => access(path.join(folder, `${point}.hit`)).then(() => true, () => false), {
      timeout: 60_000, message: `no process has passed the crash point ${point}`,
    }).toBe(true),
  };
}
