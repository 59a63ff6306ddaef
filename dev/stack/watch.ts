import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/config.js';
import { CLIENT_FOLDER, CLIENT_VERSION_FILE } from '../../src/process/programs.js';
import { isSource } from '../build/sources.js';
import type { Part } from './plan.js';

/** The files of a build that a part runs. Parts that run no code of ours are not listed. */
const FILES_OF: Readonly<Partial<Record<Part, readonly string[]>>> = {
  supabase: ['gateway.js'],
  demo: ['demo-model.js'],
  worker: ['worker.js', 'workflows.js', 'runner.mjs', 'video-site.js'],
  api: ['api.js', path.join(CLIENT_FOLDER, CLIENT_VERSION_FILE)],
};
const WATCHED = [
  ...['src', 'dev', 'tools', 'scripts', 'video', 'skills', 'public', 'kit', 'sketches'],
];
/** An editor that saves several files, or one in several steps, causes one build. */
const QUIET_MS = 150;

/** The parts, of those that run, whose code differs between two builds. */
export async function changedParts(
  before: string,
  after: string,
  running: readonly Part[],
): Promise<Part[]> {
  const differs = await Promise.all(
    running.map(async (part) => {
      const files = FILES_OF[part] ?? [];
      return (await Promise.all(files.map((file) => isChanged(before, after, file)))).some(Boolean);
    }),
  );
  return running.filter((_, at) => differs[at]);
}

/** Whether a file differs between two builds. */
export async function isChanged(before: string, after: string, file: string): Promise<boolean> {
  const [old, now] = await Promise.all(
    [before, after].map((folder) => readFile(path.join(folder, file)).catch(() => Buffer.alloc(0))),
  );
  return !old?.equals(now ?? Buffer.alloc(0));
}

/** Calls back after sources have changed, one call after the other; ends with `signal`. */
export async function watchSources(
  onChange: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let changedAt = 0;
  for (const folder of WATCHED) {
    watch(path.join(PROJECT_ROOT, folder), { recursive: true, signal }, (_, file) => {
      if (file !== null && isSource(path.join(folder, file))) changedAt = Date.now();
    });
  }
  for (let handledAt = Date.now(); !signal.aborted;) {
    await sleep(QUIET_MS / 3, undefined, { signal }).catch(() => undefined);
    if (changedAt <= handledAt || Date.now() - changedAt < QUIET_MS) continue;
    handledAt = Date.now();
    await onChange();
  }
}
