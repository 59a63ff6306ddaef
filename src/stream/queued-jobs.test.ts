import { expect, it } from 'vitest';
import { changeOf } from '../../test/support/project-change.js';
import type { ServerFrame } from '../contracts/wire/frames.js';
import type { JobRow } from '../contracts/rows/rows.js';
import { QueuedJobs } from './queued-jobs.js';

const PROJECT = 'project';
const rowOf = (id: string) => ({ id, project_id: PROJECT, status: 'processing' }) as JobRow;

/** A socket that is, or is not, subscribed to a job that goes on. */
function queueOf(hearsJob: boolean) {
  const socket = {
    hearsJob,
    sent: [] as ServerFrame[],
    heard: [] as string[],
    send: (frame: ServerFrame) => void socket.sent.push(frame),
    hear: (jobId: string) => void socket.heard.push(jobId),
  };
  return { socket, queue: new QueuedJobs(PROJECT, socket, async (id) => rowOf(id)) };
}
const news = (...jobs: string[]) => ({ ...changeOf(PROJECT, 1), jobs });

it('Q3: the job of a message is told plainly, once, and heard from its start', async () => {
  const { socket, queue } = queueOf(false);
  queue.expect('mine');
  await queue.take(news('foreign'));
  expect(socket.sent).toEqual([]);
  await queue.take(news('mine', 'foreign'));
  await queue.take(news('mine', 'foreign'));
  expect(socket.sent).toEqual([
    { type: 'jobStarted', job: rowOf('mine'), isExisting: false, jobId: 'mine' },
  ]);
  expect(socket.heard).toEqual(['mine']);
});

it('Q3: it is not told before the end of the job before it was sent', async () => {
  const { socket, queue } = queueOf(true);
  queue.expect('mine');
  await queue.take(news('mine'));
  expect(socket.sent).toEqual([]);
  socket.hearsJob = false;
  await queue.tellNext();
  expect(socket.heard).toEqual(['mine']);
});

it('Q3: one that was taken out is not told, also when its end has come already', async () => {
  const { socket, queue } = queueOf(true);
  for (const id of ['early', 'late', 'mine']) queue.expect(id);
  queue.forget('early');
  await queue.take(news('mine', 'late', 'early'));
  queue.forget('late');
  socket.hearsJob = false;
  await queue.tellNext();
  expect(socket.heard).toEqual(['mine']);
});
