import { Client, type Connection } from '@temporalio/client';
import { withTimeout } from '../concurrency.js';
import type { ReadyAnswer } from '../contracts/wire/http.js';
import { schemaProblem } from '../contracts/base/schema-range.js';
import { HOME_BACKEND, specOf } from '../contracts/execution/backends.js';
import { TASK_QUEUE } from '../contracts/durable/workflows.js';
import { describeFinding } from '../checks/finding.js';
import { CANARIES } from '../checks/objects.js';
import { hasRoomForGame } from '../checks/machine.js';
import { checkTemporal } from '../checks/temporal-server.js';
import type { ObjectStore } from '../objects/object-store.js';
import { ownRange } from '../process/build-range.js';
import type { Store } from '../store/index.js';
import { describeWait } from '../temporal/current-workers.js';
import { describeQueue, TASK_KIND } from '../temporal/task-queues.js';
import { readDeployment } from '../temporal/versions.js';

const CHECK_TIMEOUT_MS = 3_000;
/** Lifetime of an answer: requests within it share one check. */
const ANSWER_MS = 1_000;
const HOME = specOf(HOME_BACKEND);
/** Queues that a message needs: workflow tasks first, then short steps, files and runs. */
const QUEUES = [
  { name: TASK_QUEUE, kind: TASK_KIND.workflow },
  { name: TASK_QUEUE, kind: TASK_KIND.activity },
  { name: HOME.files.queue, kind: TASK_KIND.activity },
  { name: HOME.long.agent.queue, kind: TASK_KIND.activity },
] as const;

/** Balancers look for its second field (`temporal-docker/haproxy.cfg`). */
export const STOPPING: ReadyAnswer = {
  ready: false,
  stopping: true,
  checks: { database: null, temporal: null, workers: null, disk: null, objects: null },
};

export interface ReadinessDeps {
  dataDir: string;
  store: Pick<Store, 'schema'>;
  objects: Pick<ObjectStore, 'list'>;
  connection: Connection;
  namespace: string;
  /** Aborts when this process is asked to stop. */
  stopping: AbortSignal;
}

/** Can a message be accepted now, and if not, why? Never throws; takes 3 s at most. */
export type Readiness = () => Promise<ReadyAnswer>;

export function createReadiness(deps: ReadinessDeps): Readiness {
  let latest: { answer: Promise<ReadyAnswer>; untilMs: number } | null = null;
  return async () => {
    // A balancer learns of it at once, whatever is away.
    if (deps.stopping.aborted) return STOPPING;
    if (latest === null || latest.untilMs <= performance.now())
      latest = { answer: lookNow(deps), untilMs: performance.now() + ANSWER_MS };
    const answer = await latest.answer;
    return deps.stopping.aborted ? STOPPING : answer;
  };
}

async function lookNow({
  dataDir,
  store,
  objects,
  connection,
  namespace,
}: ReadinessDeps): Promise<ReadyAnswer> {
  const [database, temporal, workers, disk, kept] = await Promise.all([
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
      connection.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
        whyMessagesWait(connection, namespace),
      ),
    ),
    reasonOf('the data folder cannot be looked at', async () =>
      (await hasRoomForGame(dataDir)) ? null : 'the data folder has no space left',
    ),
    reasonOf('the object store does not answer', async () => {
      await objects.list(CANARIES, { limit: 1 });
      return null;
    }),
  ]);
  const checks = { database, temporal, workers, disk, objects: kept };
  return { ready: Object.values(checks).every((reason) => reason === null), checks };
}

/** Null = nothing is wrong; what fails or takes too long is `failure`. */
async function reasonOf(
  failure: string,
  check: () => Promise<string | null>,
): Promise<string | null> {
  return withTimeout(check(), CHECK_TIMEOUT_MS, () => new Error(failure)).catch(() => failure);
}

/** Age at which a waiting task means that no worker takes it. */
const WAITING_S = 20;

/** New runs start on the current build: workers of another one are no help (I1). */
async function whyMessagesWait(connection: Connection, namespace: string): Promise<string | null> {
  const client = new Client({ connection, namespace });
  const [deployment, ...queues] = await Promise.all([
    readDeployment(client),
    ...QUEUES.map((queue) => describeQueue(client, queue)),
  ]);
  const wait = describeWait(deployment, queues, Date.now());
  const [{ backlog, ageSeconds } = { backlog: 0, ageSeconds: 0 }] = queues;
  if (wait !== null || backlog === 0 || ageSeconds < WAITING_S) return wait;
  return `workflow tasks have waited for a worker for ${ageSeconds} s`;
}
