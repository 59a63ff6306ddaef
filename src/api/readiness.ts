import type { Connection } from '@temporalio/client';
import { withTimeout } from '../concurrency.js';
import type { ReadyAnswer } from '../contracts/http.js';
import { schemaProblem } from '../contracts/schema-range.js';
import { LOCAL_AGENT_QUEUE, LOCAL_QUEUE, TASK_QUEUE } from '../contracts/workflows.js';
import { describeFinding } from '../checks/finding.js';
import { hasRoomForGame } from '../checks/machine.js';
import { checkTemporal } from '../checks/temporal-server.js';
import { ownRange } from '../process/build-range.js';
import type { Store } from '../store/index.js';
import { describeQueue } from './task-queues.js';

const CHECK_TIMEOUT_MS = 3_000;
/** Asking more often costs nothing: the last answer is given. */
const ANSWER_MS = 1_000;
/** What a message needs: workflow tasks (1) and short steps, files and runs (2). */
const QUEUES = [
  { name: TASK_QUEUE, type: 1 },
  { name: TASK_QUEUE, type: 2 },
  { name: LOCAL_QUEUE, type: 2 },
  { name: LOCAL_AGENT_QUEUE, type: 2 },
] as const;

export interface ReadinessDeps {
  dataDir: string;
  store: Pick<Store, 'schema'>;
  connection: Connection;
  namespace: string;
}

/** Can a message be accepted now, and if not, why? Never throws; takes 3 s at most. */
export type Readiness = () => Promise<ReadyAnswer>;

export function createReadiness(deps: ReadinessDeps): Readiness {
  let latest: { answer: Promise<ReadyAnswer>; untilMs: number } | null = null;
  return () => {
    if (latest === null || latest.untilMs <= performance.now())
      latest = { answer: lookNow(deps), untilMs: performance.now() + ANSWER_MS };
    return latest.answer;
  };
}

async function lookNow({
  dataDir,
  store,
  connection,
  namespace,
}: ReadinessDeps): Promise<ReadyAnswer> {
  const [database, temporal, workers, disk] = await Promise.all([
    reasonOf('the database does not answer', async () => {
      const { schema: range } = await ownRange();
      return schemaProblem(range, await store.schema.read());
    }),
    reasonOf('Temporal does not answer', async () => {
      const findings = await checkTemporal(connection, namespace);
      const problem = findings.find(({ verdict }) => verdict !== 'ok');
      return problem ? describeFinding(problem) : null;
    }),
    reasonOf('Temporal cannot say who polls', () =>
      withDeadline(connection, () => queuesWithoutPollers(connection, namespace)),
    ),
    reasonOf('the data folder cannot be looked at', async () =>
      (await hasRoomForGame(dataDir)) ? null : 'the data folder has no space left',
    ),
  ]);
  const checks = { database, temporal, workers, disk };
  return { ready: Object.values(checks).every((reason) => reason === null), checks };
}

/** Null = nothing is wrong; what fails or takes too long is `failure`. */
async function reasonOf(
  failure: string,
  check: () => Promise<string | null>,
): Promise<string | null> {
  return withTimeout(check(), CHECK_TIMEOUT_MS, () => new Error(failure)).catch(() => failure);
}

function withDeadline<T>(connection: Connection, ask: () => Promise<T>): Promise<T> {
  return connection.withDeadline(Date.now() + CHECK_TIMEOUT_MS, ask);
}

async function queuesWithoutPollers(
  { workflowService }: Connection,
  namespace: string,
): Promise<string | null> {
  const lonely = await Promise.all(
    QUEUES.map(async ({ name, type }) => {
      const { pollers } = await describeQueue({ workflowService, namespace }, { name, type });
      return pollers > 0 ? [] : [name];
    }),
  );
  const names = [...new Set(lonely.flat())];
  return names.length === 0 ? null : `no worker polls ${names.join(', ')}`;
}
