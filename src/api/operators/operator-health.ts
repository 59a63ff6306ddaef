import { Client, type Connection } from '@temporalio/client';
import { whyWithoutModal, type Config } from '../../config.js';
import { forEachBackend, slotsOf, specOf } from '../../contracts/execution/backends.js';
import { STUCK_AFTER_MS, type Health, type QueueState } from '../../contracts/rows/operators.js';
import { ACTIVE_STATES } from '../../contracts/rows/rows.js';
import { ALL_QUEUES, TASK_QUEUE } from '../../contracts/durable/workflows.js';
import { warned, type Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import { describeQueue, TASK_KIND } from '../../temporal/task-queues.js';
import type { Readiness } from '../readiness.js';

const TIMEOUT_MS = 3_000;
const DAYS = 14;
const MOST_KEPT = 10;
const MOST_ALERTS = 20;
/** More jobs than this are not open at a time. */
const MOST_OPEN = 1_000;

export interface HealthDeps {
  readonly config: Config;
  readonly store: Pick<
    Store,
    'operators' | 'backendState' | 'usage' | 'keptBytes' | 'alerts' | 'watch'
  >;
  readonly connection: Connection;
  readonly namespace: string;
  readonly readiness: Readiness;
  readonly log: Log;
}

/** How everything stands. Never throws: what could not be asked is null. */
export type OperatorHealth = () => Promise<Health>;

export function createOperatorHealth(deps: HealthDeps): OperatorHealth {
  const { config, store, log } = deps;
  const orNull = <T>(part: string, read: Promise<T>): Promise<T | null> =>
    read.catch(warned(log, { part }, 'a part of the health is not known', null));
  return async () => {
    const stuckSeconds = Math.round((config.JOB_TIMEOUT_MS + STUCK_AFTER_MS) / 1_000);
    const [ready, queues, slots, modal, spentUsd, kept, alerts, watch, outcomes, spent] =
      await Promise.all([
        deps.readiness(),
        orNull('queues', readQueues(deps)),
        orNull('slots', readSlots(deps)),
        orNull(
          'backend',
          store.backendState.read().then((backend) => ({ backend })),
        ),
        orNull('budget', store.usage.spentToday()),
        orNull('kept', store.keptBytes.mostKept(MOST_KEPT)),
        orNull('alerts', store.alerts.latest(MOST_ALERTS)),
        orNull('watch', store.watch.lastRun()),
        orNull('outcomes', store.operators.outcomes(DAYS, stuckSeconds)),
        orNull('spent', store.operators.spentByDay(DAYS)),
      ]);
    return {
      checks: ready.checks,
      queues,
      slots,
      modal: modal && { isUsed: whyWithoutModal(config) === null, ...modal },
      budget: spentUsd === null ? null : { spentUsd, limitUsd: config.BUDGET_DAILY_USD },
      kept,
      alerts,
      watchedAt: watch?.at ?? null,
      outcomes,
      spent,
    };
  };
}

/** Workflow tasks of the queue that has some, and the activity tasks of each queue. */
function readQueues({ connection, namespace }: HealthDeps): Promise<QueueState[]> {
  const client = new Client({ connection, namespace });
  const read = async (queue: string, kind: number, name = queue): Promise<QueueState> => {
    const { pollers, backlog, ageSeconds } = await describeQueue(client, { name: queue, kind });
    return { name, pollers, backlog, ageSeconds };
  };
  return connection.withDeadline(Date.now() + TIMEOUT_MS, () =>
    Promise.all([
      read(TASK_QUEUE, TASK_KIND.workflow, `${TASK_QUEUE} (workflows)`),
      ...ALL_QUEUES.map((queue) => read(queue, TASK_KIND.activity)),
    ]),
  );
}

async function readSlots({ config, store }: HealthDeps): Promise<Health['slots']> {
  const open = await store.operators.work(
    { states: ACTIVE_STATES, kinds: ['generate'] },
    { skip: 0, limit: MOST_OPEN },
  );
  const held = open.filter(({ slot_at: slotAt }) => slotAt !== null);
  return {
    held: forEachBackend((name) => held.filter(({ backend }) => backend === name).length),
    most: forEachBackend((name) => slotsOf(specOf(name).long.agent, config)),
    waiting: open.length - held.length,
  };
}
