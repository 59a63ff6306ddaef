import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parsedJson } from '../contracts/base/readable.js';
import { keepFile } from '../disk/durable-files.js';

const Ports = z.object({
  postgres: z.number(),
  supabase: z.number(),
  temporal: z.number(),
  temporalUi: z.number(),
  demo: z.number(),
  modal: z.number().default(0),
});

/**
 * `DATA_DIR/stack.json` (0600): where the embedded parts are and how to get in, for parts that run
 * alone and for `npm run env`.
 */
const StackFile = z.object({
  /** Ports of the embedded parts; kept over restarts so that addresses stay the same. */
  ports: Ports,
  /**
   * Variables that the embedded parts give to API and worker, as in README.md; those of real
   * services are not repeated here.
   */
  provided: z.record(z.string(), z.string()),
  baseUrl: z.string(),
});

export type EmbeddedPorts = z.infer<typeof Ports>;
export type StackFile = z.infer<typeof StackFile>;

const fileOf = (dataDir: string): string => path.join(dataDir, 'stack.json');

/** What the last start left, or null when there was none or it cannot be read. */
export async function readStackFile(dataDir: string): Promise<StackFile | null> {
  return parsedJson(StackFile, await readFile(fileOf(dataDir), 'utf8').catch(() => ''));
}

/** Replaces the file in one step. */
export async function writeStackFile(dataDir: string, stack: StackFile): Promise<void> {
  await keepFile(fileOf(dataDir), `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
}
