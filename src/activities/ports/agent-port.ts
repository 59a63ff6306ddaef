import type { GameBrief } from '../../contracts/game/brief.js';
import type { RunMeans, RunUsage } from '../../contracts/execution/runner.js';
import type { RunBy } from '../../contracts/durable/workflows.js';
import type { AgentRepair, EndedAttempt } from './attempt-port.js';
import type { GenerationSpec } from './plan-port.js';
import type { JobRef } from './refs.js';

export interface RunAgentInput extends JobRef {
  attempt: number;
  spec: GenerationSpec;
  /** Longest time of the model, milliseconds (F3); its candidate may wait beyond it (E4). */
  limitMs?: number;
  /** What it may cost; left out = as any run (J5). */
  budgetUsd?: number;
  /** The candidate that is to be mended, and of what (J2); left out by the first round. */
  repair?: AgentRepair;
  /** Why the attempt at the same before this one ended; left out by the first (P6). */
  ended?: EndedAttempt;
  /** The instance of the API whose sockets wait for its events (Q2). */
  listenerUrl?: string;
}

export type RunAgentOutcome = (
  | {
      kind: 'candidate';
      revision: string;
      summary: string;
      suggestions: string[];
      usage: RunUsage | null;
      /** What the runner's check found doubtful, in words; left out when there is nothing (E2). */
      findings?: string[];
      /** The writer's own, with its own checks, where the game was designed by rules. */
      brief?: GameBrief;
    }
  | { kind: 'answer'; message: string; suggestions: string[]; usage: RunUsage | null }
) & {
  /** How long the model has worked, milliseconds; 0 where it had before. Older workers: none. */
  workedMs?: number;
  /** Left out by older workers. */
  by?: RunBy;
  means?: RunMeans;
};

/**
 * What each backend can do with a user's files. Long work first; short work has a queue of its own
 * (G2).
 */
export interface AgentActivities {
  /** One attempt: scratch folder, model, checks, candidate commit. Heartbeats; cancellable. */
  runAgent(input: RunAgentInput): Promise<RunAgentOutcome>;
}
