import type { WorkerConfig } from '../../config.js';
import type { RunBy } from '../../contracts/durable/workflows.js';
import type { Arounds } from '../frame/interceptors.js';
import { runnerBundle } from './bundle.js';

/** What runs of this worker are made by, on either backend. */
export async function readRunBy({ CLAUDE_MODEL }: WorkerConfig): Promise<RunBy> {
  const { claudeCode, version } = (await runnerBundle()).manifest;
  return { model: CLAUDE_MODEL, claudeCode, runner: version };
}

/** Adds to every result of a run what it was made by. */
export function runBy(by: RunBy): Arounds {
  return { runAgent: async (_input, run) => ({ ...(await run()), by }) };
}
