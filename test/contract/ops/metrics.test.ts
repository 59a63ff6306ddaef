import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findFreePort } from '../../../dev/stack/ports.js';
import { PROJECT_ROOT } from '../../../src/config.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

let stack: Stack;
let ports: { api: number; worker: number; temporal: number };

beforeAll(async () => {
  const [api, worker, temporal] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  ports = { api, worker, temporal };
  stack = await startStack({
    env: {
      API_METRICS_PORT: String(api),
      WORKER_METRICS_PORT: String(worker),
      TEMPORAL_METRICS_PORT: String(temporal),
      // Time enough to stop the second job.
      DEMO_SECONDS: '3',
    },
  });
});
afterAll(() => stack?.stop());

async function scrape(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Of the line with these words in it; NaN = there is none. */
function valueOf(text: string, ...words: string[]): number {
  const line = text
    .split('\n')
    .find((each) => !each.startsWith('#') && words.every((word) => each.includes(word)));
  return Number(line?.split(' ').at(-1) ?? NaN);
}

/** Every metric that rules and dashboard ask for, without the endings of histograms. */
async function namesAsked(): Promise<string[]> {
  const at = (name: string) => readFile(path.join(PROJECT_ROOT, 'monitoring', name), 'utf8');
  const rules = parse(await at('alerts.yml')) as { groups: { rules: { expr: string }[] }[] };
  const board = JSON.parse(await at('grafana.json')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const asked = [
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ...board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ].join('\n');
  const names = asked.match(/\b(?:dreamcore|nodejs|temporal)_\w+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(?:bucket|count|sum)$/, '')))].sort();
}

describe('I6: processes tell Prometheus how they are', () => {
  it('jobs, steps, waits, first text, callbacks, sockets and money are counted', async () => {
    const player = await newPlayer(stack);
    // Else the first failure of a worker would be no rise.
    const before = await scrape(ports.worker);
    expect(valueOf(before, 'dreamcore_jobs_total', '"failed"', '"ModelOverloaded"')).toBe(0);
    await say(player);
    await player.listener.until(({ type }) => type === 'completed');
    const from = player.listener.frames.length;
    const stopped = await say(player, '敵を青にして');
    player.listener.send({ type: 'cancel', jobId: stopped });
    await player.listener.until(({ type }) => type === 'cancelled', from);
    const [api, worker] = await Promise.all([scrape(ports.api), scrape(ports.worker)]);
    const made = (backend: string): number =>
      valueOf(worker, 'dreamcore_jobs_total', '"completed"', '"generate"', `"${backend}"`);
    expect(['local', 'modal', 'none'].map(made)).toEqual([1, 0, 0]);
    const stoppedOn = (backend: string): number =>
      valueOf(worker, 'dreamcore_jobs_total', '"cancelled"', `"${backend}"`);
    // It may have been stopped before a run of it began.
    expect(stoppedOn('local') + stoppedOn('none')).toBe(1);
    expect(stoppedOn('modal')).toBe(0);
    expect(valueOf(worker, 'dreamcore_step_seconds_count', '"runAgent"', '"completed"')).toBe(1);
    expect(valueOf(worker, 'dreamcore_queue_wait_seconds_count', '-agent"')).toBeGreaterThan(0);
    expect(valueOf(worker, 'dreamcore_model_usd_total')).toBeGreaterThan(0);
    expect(valueOf(worker, 'dreamcore_breaker_open')).toBe(0);
    expect(valueOf(api, 'dreamcore_sockets')).toBe(1);
    expect(valueOf(api, 'dreamcore_first_text_seconds_count')).toBe(1);
    expect(valueOf(api, 'dreamcore_callback_seconds_count', '"200"')).toBeGreaterThan(0);
    player.listener.close();
  });

  it('rules and dashboard ask for nothing that no process serves', async () => {
    const served = (
      await Promise.all([ports.api, ports.worker, ports.temporal].map((port) => scrape(port)))
    ).join('\n');
    const types = new Set([...served.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    const asked = await namesAsked();
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((name) => !types.has(name))).toEqual([]);
  });
});
