import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleSpec,
} from '@temporalio/client';
import { whyWithoutModal, type Config } from '../config.js';
import { vapidOf } from '../vapid.js';
import { ROUND_RUN_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';

/** A workflow that is started again and again; the Schedule has its name. */
interface Round {
  readonly workflowType: string;
  readonly spec: ScheduleSpec;
}

const every = (interval: `${number} minutes` | `${number} hours`): ScheduleSpec => ({
  intervals: [{ every: interval }],
});
/** Three at night in Japan, where the players are. */
const NIGHTLY: ScheduleSpec = { calendars: [{ hour: 3, minute: 10 }], timezone: 'Asia/Tokyo' };

/** The rounds that this configuration needs. */
function roundsFor(config: Config): Round[] {
  const isLimited = config.BUDGET_DAILY_USD > 0 || config.USER_DAILY_USD > 0;
  const usesModal = whyWithoutModal(config) === null;
  return [
    { workflowType: 'collectGarbage', spec: every('1 hours') },
    { workflowType: 'removeGuests', spec: every('1 hours') },
    { workflowType: 'watchVolumes', spec: NIGHTLY },
    ...(isLimited ? [{ workflowType: 'watchSpending', spec: every('5 minutes') }] : []),
    ...(vapidOf(config) === null
      ? []
      : [{ workflowType: 'pushGameEvents', spec: every('1 minutes') }]),
    ...(usesModal
      ? [
          { workflowType: 'watchCalls', spec: every('5 minutes') },
          { workflowType: 'watchModal', spec: every('2 minutes') },
          { workflowType: 'replicateAll', spec: every('1 hours') },
        ]
      : []),
  ];
}

/**
 * Creates or updates the Schedules of this build and its configuration. For a worker of the current
 * build: others leave them alone.
 */
export async function ensureSchedules(client: Client, config: Config): Promise<void> {
  for (const round of roundsFor(config)) await ensureSchedule(client, round);
}

async function ensureSchedule(client: Client, { workflowType, spec }: Round): Promise<void> {
  const definition = {
    spec,
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType,
      taskQueue: TASK_QUEUE,
      workflowRunTimeout: ROUND_RUN_TIMEOUT,
    },
  } as const;
  try {
    await client.schedule.create({ scheduleId: workflowType, ...definition });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(workflowType).update(({ state }) => ({ ...definition, state }));
  }
}
