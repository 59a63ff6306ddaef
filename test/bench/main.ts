import path from 'node:path';
import { program } from 'commander';
import { PROJECT_ROOT } from '../../src/config.js';
import { startServerStack } from '../support/server-stack.js';
import { SHIPPED_LIMITS, startStack, type Stack } from '../support/stack.js';
import { callbacks } from './callbacks.js';
import { capacity } from './capacity.js';
import { client } from './client.js';
import { coldReads } from './cold-reads.js';
import { firstTouch } from './first-touch.js';
import { growth } from './growth.js';
import { histories } from './histories.js';
import { instances } from './instances.js';
import { jobs } from './jobs.js';
import { pacedSeconds, type Measurement, type OwnMeasurement, type Row } from './measurement.js';
import { modal } from './modal.js';
import { overhead, pacedOverhead } from './overhead.js';
import { pages } from './pages.js';
import { pipeline } from './pipeline.js';
import { processes } from './processes.js';
import { reads } from './reads.js';
import { rest } from './rest.js';
import { restores } from './restores.js';
import { describeRun, head, missed, save, table, type Section } from './report.js';
import { sockets } from './sockets.js';
import { steps } from './steps.js';
import { versions } from './versions.js';

/** In this order; those that need another stack come last, so that each stack is started once. */
const ALL: readonly (Measurement | OwnMeasurement)[] = [
  jobs,
  steps,
  overhead,
  callbacks,
  reads,
  rest,
  histories,
  growth,
  sockets,
  instances,
  pages,
  client,
  pacedOverhead,
  processes,
  modal,
  pipeline,
  capacity,
  firstTouch,
  versions,
  coldReads,
  restores,
];

/**
 * `npm run bench [-- --only=a,b] [--quick] [--shipped-limits] [--temporal-server]`: measures the
 * product on this machine; a missed target is told, not an error.
 */
program
  .option('--only <names>', `of ${ALL.map(({ name }) => name).join(', ')}`, (list: string) =>
    list.split(','),
  )
  .option('--quick', 'fewer and shorter rounds: under three minutes', false)
  .option('--shipped-limits', 'under the rate limits that ship; reads ask faster than those', false)
  .option('--temporal-server', "on Temporal's server with PostgreSQL", false)
  .parse();
const { only, quick, shippedLimits, temporalServer } = program.opts<{
  only?: string[];
  quick: boolean;
  shippedLimits: boolean;
  temporalServer: boolean;
}>();
const unknown = only?.filter((name) => !ALL.some((one) => one.name === name)) ?? [];
if (unknown.length > 0) program.error(`unknown: ${unknown.join(', ')}`);

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function measure(
  { name, title }: Pick<Measurement, 'name' | 'title'>,
  run: () => Promise<Row[]>,
): Promise<Section> {
  const startedMs = Date.now();
  try {
    const rows = await run();
    return { name, title, rows, tookMs: Date.now() - startedMs };
  } catch (error) {
    return {
      name,
      title,
      rows: [],
      trouble: error instanceof Error ? error.message : String(error),
      tookMs: Date.now() - startedMs,
    };
  }
}

async function withStack(
  pace: Measurement['pace'],
  use: (stack: Stack) => Promise<void>,
): Promise<void> {
  const env: Record<string, string> =
    pace === 'paced'
      ? { DEMO_SECONDS: String(pacedSeconds(quick)), MAX_RUNNING_JOBS: '10' }
      : { DEMO_SECONDS: '0' };
  const stack = await (temporalServer ? startServerStack : startStack)({
    env: {
      ...env,
      ...(shippedLimits ? SHIPPED_LIMITS : {}),
      LOG_LEVEL: 'warn',
      MAX_QUEUED_JOBS: '100',
      // Synthetic jobs have no workflow: the watch would end them.
      WATCH_INTERVAL_MS: String(24 * 60 * 60_000),
    },
    modalEmulator: pace === 'modal',
  });
  try {
    await use(stack);
  } finally {
    await stack.stop();
  }
}

const run = await describeRun(quick);
print(head(run));
const chosen = ALL.filter(({ name }) => !only || only.includes(name));
const sections: Section[] = [];
for (const pace of ['unpaced', 'paced', 'modal'] as const) {
  const wanted = chosen.filter((one) => one.pace === pace);
  if (wanted.length === 0) continue;
  await withStack(pace, async (stack) => {
    for (const measurement of wanted) {
      const section = await measure(measurement, () => measurement.run({ stack, quick }));
      sections.push(section);
      print(table(section));
    }
  });
}
for (const measurement of chosen.filter((one) => one.pace === 'own')) {
  const section = await measure(measurement, () => measurement.run({ quick }));
  sections.push(section);
  print(table(section));
}
const misses = sections.reduce((sum, section) => sum + missed(section), 0);
print(
  `\n${misses === 0 ? 'all targets met' : `${misses} MISSED`} · ` +
    `${path.relative(PROJECT_ROOT, await save({ ...run, sections }))}`,
);
