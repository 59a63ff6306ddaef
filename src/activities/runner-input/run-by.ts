import type { WorkerConfig } from '../../config.js';
import type { RunBy } from '../../contracts/workflows.js';
import type { AgentActivities } from '../ports/agent-port.js';
import { runnerBundle } from './bundle.js';

/** What runs of this worker are made by, wherever they are done. */
export async function readRunBy({ CLAUDE_MODEL }: WorkerConfig): Promise<RunBy> {
  const { claudeCode, version } = (await runnerBundle()).manifest;
  return { model: CLAUDE_MODEL, claudeCode, runner: version };
}

/** Has every result of a run say what it was made by. */
export function withRunBy(activities: AgentActivities, by: RunBy): AgentActivities {
  return { runAgent: async (input) => ({ ...(await activities.runAgent(input)), by }) };
}
