import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { findFreePort } from '../../../dev/stack/ports.js';
import { PROJECT_ROOT } from '../../../src/config.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

const RULES = path.join(PROJECT_ROOT, 'monitoring/alerts.yml');
const RULE_TESTS = path.join(PROJECT_ROOT, 'monitoring/alerts-tests.yml');
/** A minute of the rules is a second here, an hour a minute. */
const inSeconds = (rules: string): string =>
  rules
    .replace(/\b(\d+)m\b/g, '$1s')
    .replace(/\b(\d+)h\b/g, '$1m')
    // The commands of runbooks are not times.
    .replace(/runbook: .*/g, 'runbook: none');

interface Rules {
  groups: { rules: { alert: string }[] }[];
}
interface Alert {
  state: 'pending' | 'firing';
  labels: Record<string, string>;
}

let folder: string;
let demo: DemoServer;
let stack: Stack;
let prometheus: ChildProcess;
let address: string;
let player: Awaited<ReturnType<typeof newPlayer>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-alerts-'));
  const [api, worker, temporal, own] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  demo = await startDemoServer();
  stack = await startStack({
    leaveDown: ['worker'],
    env: {
      API_METRICS_PORT: String(api),
      WORKER_METRICS_PORT: String(worker),
      TEMPORAL_METRICS_PORT: String(temporal),
      ANTHROPIC_API_KEY: 'a-key-for-tests',
      ANTHROPIC_BASE_URL: `${demo.url}/fault/401`,
    },
  });
  await writeFile(path.join(folder, 'alerts.yml'), inSeconds(await readFile(RULES, 'utf8')));
  await writeFile(
    path.join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml'],
      scrape_configs: [
        { job_name: 'api', static_configs: [{ targets: [`127.0.0.1:${api}`] }] },
        { job_name: 'worker', static_configs: [{ targets: [`127.0.0.1:${worker}`] }] },
      ],
    }),
  );
  address = `127.0.0.1:${own}`;
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${path.join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  player = await newPlayer(stack);
});
afterAll(async () => {
  player?.listener.close();
  prometheus?.kill('SIGKILL');
  await stack?.stop();
  await demo?.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask<T>(question: string): Promise<T | null> {
  const answer = await fetch(`http://${address}/api/v1/${question}`).catch(() => null);
  return answer?.ok ? ((await answer.json()) as { data: T }).data : null;
}

/** Names of the alerts that fire now; null = Prometheus does not answer yet. */
async function firing(): Promise<string[] | null> {
  const told = await ask<{ alerts: Alert[] }>('alerts');
  if (told === null) return null;
  return told.alerts
    .filter(({ state }) => state === 'firing')
    .map(({ labels }) => labels['alertname'] ?? '');
}

/** Whether Prometheus has read both processes, and how their jobs ended. */
async function isSeen(): Promise<boolean> {
  const told = await ask<{ result: unknown[] }>(
    `query?query=${encodeURIComponent('dreamcore_jobs_total and on() dreamcore_sockets')}`,
  );
  return (told?.result.length ?? 0) > 0;
}

const LIMIT = { timeout: patient(120_000), interval: 500 };

describe('I6: alert rules', () => {
  it('each has a test of its own, and passes it', async () => {
    await promisify(execFile)('promtool', ['check', 'rules', RULES]);
    const { stdout } = await promisify(execFile)('promtool', ['test', 'rules', RULE_TESTS]);
    expect(stdout).toContain('SUCCESS');
    const { groups } = parse(await readFile(RULES, 'utf8')) as Rules;
    const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    const tests = await readFile(RULE_TESTS, 'utf8');
    expect(names.length).toBeGreaterThan(7);
    for (const name of names)
      expect(tests).toMatch(
        new RegExp(`alertname: ${name}\\s+eval_time: \\w+\\s+exp_alerts:\\s+- `),
      );
  });

  it(
    'a product that works raises none; jobs that fail, and a worker that is gone, raise theirs',
    async () => {
      await expect.poll(isSeen, LIMIT).toBe(true);
      // Before its first look Prometheus says, rightly, that nothing is seen.
      await expect.poll(firing, LIMIT).toEqual([]);
      await expect
        .poll(async () => {
          const from = player.listener.frames.length;
          await say(player);
          await player.listener.until(({ type }) => type === 'failed', from);
          return firing();
        }, LIMIT)
        .toEqual(['JobsFail', 'BackendFails']);
      await stack.kill('worker');
      await expect.poll(firing, LIMIT).toContain('NothingIsSeen');
      await stack.startPart('worker');
      await expect.poll(firing, LIMIT).toEqual([]);
    },
    patient(4 * LIMIT.timeout),
  );
});
