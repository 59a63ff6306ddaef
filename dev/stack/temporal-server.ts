import path from 'node:path';
import { NAMED_ATTRIBUTES } from '../../src/contracts/durable/search-attributes.js';
import { run } from '../../src/ops/run-program.js';

/**
 * What a production server has in its dynamic configuration as well
 * (`temporal-docker/dynamic-config.yaml`, tested): quick admission (the pollers),
 * many callers on one workflow (the updates), a fair order among users, which is exact only with
 * one partition, and broken workflows that are marked after seconds (I2).
 */
export const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 1000,
  'history.timerProcessorMaxPollRPS': 1000,
  'history.maxInFlightUpdates': 200,
  'matching.enableFairness': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 2,
} as const;

/** The part of the arguments that every dev server of ours has, also in tests. */
export const FEATURE_ARGS: readonly string[] = [
  ...NAMED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]),
  ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]),
];

/**
 * What the dev server's process has beside its arguments: memory is collected at four times of what
 * is in use and not at two, for a tenth less of the processor.
 */
export const SERVER_ENV = { GOGC: '300' } as const;

export interface DevServer {
  readonly port: number;
  readonly uiPort: number;
  /** Workflow state is kept in `temporal.db` in this folder. */
  readonly dataDir: string;
}

/**
 * Arguments of the dev server: loopback only, state on disk, our search attributes and dynamic
 * configuration.
 */
export function devServerArgs(server: DevServer): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(server.port),
    '--ui-port',
    String(server.uiPort),
    '--db-filename',
    path.join(server.dataDir, 'temporal.db'),
    '--log-level',
    'error',
    '--ui-disable-news-fetch',
    ...FEATURE_ARGS,
  ];
}

/**
 * Whether the server takes requests and knows all search attributes: only then a workflow can be
 * started.
 */
export async function isTemporalReady(cli: string, address: string): Promise<boolean> {
  const asked = await run(
    cli,
    ['operator', 'search-attribute', 'list', '--address', address, '--command-timeout', '2s'],
    { timeoutMs: 5_000 },
  );
  return (
    asked.ok &&
    NAMED_ATTRIBUTES.every(({ name, type }) =>
      new RegExp(`\\b${name}\\s+${type}\\b`).test(asked.stdout),
    )
  );
}
