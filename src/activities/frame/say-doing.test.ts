import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, vi } from 'vitest';
import type { JobRow } from '../../contracts/rows/rows.js';
import { patient } from '../../../test/support/patience.js';
import { longActivity } from './long-activity.js';
import { sayingWhatItDoes } from './say-doing.js';

const FIRST = { callId: 'job.1' };
const RUNNING = { ...FIRST, functionCallId: 'fc-1', spawnedAtMs: 1 };
const DOING = { turn: 3, tool: 'Write', file: 'index.html', bytes: 8_192 };
const row = (attempt: number): Partial<JobRow> => ({
  status: 'processing',
  progress_code: 'STEP_WORKING',
  attempt,
  doing: DOING,
});

it('heartbeats say what the row says, beside what the next worker needs to go on', async () => {
  const beats: unknown[] = [];
  const env = new MockActivityEnvironment({});
  env.on('heartbeat', (details: unknown) => beats.push(details));
  const told = [row(1), new Error('away'), row(2)];
  const get = vi.fn(async () => {
    const next = told.length > 1 ? told.shift() : told[0];
    if (next instanceof Error) throw next;
    return next as JobRow;
  });
  const patience = { timeout: patient(10_000) };
  await env.run(() =>
    longActivity({ onShutdown: 'goesOn', details: FIRST }, (activity) =>
      sayingWhatItDoes(
        { jobs: { get } },
        { jobId: 'job', attempt: 1 },
        activity,
        async () => {
          expect(beats[0]).toEqual(FIRST);
          activity.beat(RUNNING);
          await expect
            .poll(() => beats, patience)
            .toContainEqual({ ...RUNNING, doing: 'writing index.html, 8 KB, turn 3' });
          // A failed read, or a row of another attempt, counts as unknown.
          await expect.poll(() => beats.at(-1), patience).toEqual(RUNNING);
        },
        500,
      ),
    ),
  );
  const polls = get.mock.calls.length;
  // Bare time: time for two more polls
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(get.mock.calls.length).toBe(polls);
});
