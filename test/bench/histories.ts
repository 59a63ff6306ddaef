import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { projectWorkflowId, streamWorkflowId } from '../../src/contracts/base/ids.js';
import { withTemporalOf } from '../support/builds.js';
import { inParallel, type Bench, type Measurement, type Row } from './measurement.js';
import { openSession, tap } from './player.js';
import { median, percentile } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

/**
 * (f) What Temporal has to keep: events of a job, whatever it wrote, and of the stream that carries
 * its text.
 */
export const histories: Measurement = {
  name: 'histories',
  title: 'Events in the histories',
  pace: 'unpaced',
  run: (bench) =>
    withTemporalOf(bench.stack, async (client) => [
      ...(await ofJobs(bench, client)),
      await ofStreams(bench, client),
    ]),
};

async function ofJobs(bench: Bench, client: Client): Promise<Row[]> {
  const { player, projectId } = await openSession(bench);
  const rows: Row[] = [];
  for (const [what, content] of [
    ['a new game', '2Dのシューティングゲームを作って'],
    ['a small change', '敵を青にして'],
  ] as const) {
    await tap(player, content);
    const { events = [] } = await client.workflow
      .getHandle(projectWorkflowId(projectId))
      .fetchHistory();
    const steps =
      events?.filter(({ activityTaskScheduledEventAttributes: step }) => step).length ?? 0;
    rows.push({
      what: `${what}: events of the job`,
      value: events?.length ?? NaN,
      unit: 'events',
      target: { atMost: 12 + 6 * steps },
      note: `12 + 6 × ${steps} steps`,
    });
  }
  player.close();
  return rows;
}

const CHUNKS_PER_S = 20;

/** Streams at the pace of a real run, with a listener; told per 1,000 chunks. */
async function ofStreams(bench: Bench, client: Client): Promise<Row> {
  const chunks = bench.quick ? 200 : 1_000;
  const jobs = await inParallel(3, 3, () => SyntheticJob.start(bench));
  const count = async (id: string) =>
    (await client.workflow.getHandle(streamWorkflowId(id)).fetchHistory()).events?.length ?? NaN;
  const counted = await Promise.all(
    jobs.map(async (job) => {
      const before = await count(job.id);
      const startMs = performance.now();
      for (let sent = 0; sent < chunks; sent += 1) {
        await sleep(Math.max(0, startMs + (sent * 1_000) / CHUNKS_PER_S - performance.now()));
        await job.sender.post([{ type: 'stream', content: 'text ' }], sent === chunks - 1);
      }
      const events = (await count(job.id)) - before;
      await job.end(bench);
      return (events / chunks) * 1_000;
    }),
  );
  return {
    what: 'events of the stream per 1,000 chunks',
    value: percentile(counted, 100),
    unit: 'events',
    target: { atMost: 250 },
    note:
      `the most of ${jobs.length} streams with ${chunks} chunks at ${CHUNKS_PER_S}/s, median ` +
      `${Math.round(median(counted))}`,
  };
}
