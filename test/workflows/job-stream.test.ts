import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { streamWriter } from '../../src/stream/writer.js';
import { streamWorkflowId } from '../../src/contracts/base/ids.js';
import {
  CLOSING_SEQ,
  NEXT_PAGE_UPDATE,
  START_OF_STREAM,
  type Cursor,
  type JobEvent,
  type StreamPage,
} from '../../src/contracts/durable/stream.js';
import { workflowEnvOf } from '../support/workflow-env.js';

const env = workflowEnvOf(import.meta.filename);

const text = (content: string): JobEvent => ({ type: 'stream', content });

function read(
  jobId: string,
  after: Cursor,
  waitMs = 2_000,
  wakeOn: 'any' | 'phase' = 'any',
): Promise<StreamPage> {
  return env.client.workflow
    .getHandle(streamWorkflowId(jobId))
    .executeUpdate(NEXT_PAGE_UPDATE, { args: [{ after, waitMs, wakeOn }] });
}

describe('D1: the durable stream', () => {
  it('starts with the first append and gives a late reader everything in order', async () => {
    const jobId = randomUUID();
    const stream = streamWriter(env.client);
    await env.withWorkers({}, async () => {
      await stream.append(jobId, 0, 1, [{ type: 'started' }]);
      await stream.append(jobId, 1, 3, [text('c')]);
      await stream.append(jobId, 1, 1, [text('a'), text('b')]);
      await stream.append(jobId, 1, 1, [text('a'), text('b')]);
      await stream.append(jobId, 1, CLOSING_SEQ, [{ type: 'completed' }]);
      const page = await read(jobId, START_OF_STREAM);
      expect(
        page.items.map(
          ({ attempt, seq, event }) =>
            `${attempt}.${seq} ${event.type === 'stream' ? event.content : event.type}`,
        ),
      ).toEqual(['0.1 started', '1.1 a', '1.2 b', '1.3 c', `1.${CLOSING_SEQ} completed`]);
      expect(page.ended).toBe(true);
    });
  });

  it('a waiting reader is answered when something comes, or empty when time is up', async () => {
    const jobId = randomUUID();
    const stream = streamWriter(env.client);
    await env.withWorkers({}, async () => {
      await stream.append(jobId, 0, 1, [{ type: 'started' }]);
      const after = { attempt: 0, seq: 1 };
      await expect(read(jobId, after, 200)).resolves.toMatchObject({
        items: [],
        cursor: after,
        ended: false,
      });
      const waiting = read(jobId, after, 10_000);
      await stream.append(jobId, 1, 1, [text('now')]);
      expect((await waiting).items).toHaveLength(1);
      const phase = read(jobId, { attempt: 1, seq: 1 }, 10_000, 'phase');
      await stream.append(jobId, 1, 2, [text('quiet')]);
      await stream.append(jobId, 1, CLOSING_SEQ, [{ type: 'completed' }]);
      expect((await phase).items.map(({ seq }) => seq)).toEqual([2, CLOSING_SEQ]);
    });
  });

  it('goes over a continue-as-new without losing, doubling or reordering an item', async () => {
    const jobId = randomUUID();
    const stream = streamWriter(env.client);
    const total = 600;
    await env.withWorkers({}, async () => {
      const first = await firstRunId(jobId, stream);
      const seen: number[] = [];
      const reading = (async () => {
        let cursor: Cursor = START_OF_STREAM;
        for (;;) {
          const page: StreamPage = await read(jobId, cursor, 1_000).catch(() => ({
            items: [],
            cursor,
            ended: false,
            gap: false,
          }));
          seen.push(
            ...page.items.filter(({ event }) => event.type === 'stream').map(({ seq }) => seq),
          );
          cursor = page.cursor;
          if (page.ended) return;
        }
      })();
      for (let seq = 1; seq <= total; seq += 2)
        await stream.append(jobId, 1, seq, [text('x'), text('y')]);
      await stream.append(jobId, 1, CLOSING_SEQ, [{ type: 'completed' }]);
      await reading;
      expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1));
      expect(
        (await env.client.workflow.getHandle(streamWorkflowId(jobId)).describe()).runId,
      ).not.toBe(first);
    });
  });
});

async function firstRunId(jobId: string, stream: ReturnType<typeof streamWriter>): Promise<string> {
  await stream.append(jobId, 0, 1, [{ type: 'started' }]);
  return (await env.client.workflow.getHandle(streamWorkflowId(jobId)).describe()).runId;
}
