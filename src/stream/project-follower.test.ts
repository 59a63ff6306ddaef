import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../contracts/frames.js';
import { chatLineIdFor, jobIdFor } from '../contracts/ids.js';
import type { JobRow } from '../contracts/rows.js';
import { changeOf } from '../../test/support/project-change.js';
import { ProjectFollower } from './project-follower.js';

const projectId = randomUUID();
const before = changeOf(projectId, 1);
const rowOf = (id: string): JobRow => ({
  id,
  user_id: 'u',
  project_id: projectId,
  status: 'processing',
  progress: 0,
  progress_message: null,
  result: null,
  error: null,
  created_at: '',
  updated_at: '',
  attempt: 0,
  slot_at: null,
  queue_no: null,
  last_event_at: null,
  usage: null,
});

function follower(shown: string[] = []) {
  const frames: ServerFrame[] = [];
  let subscribedJob: string | null = null;
  let isAway = false;
  const made = new ProjectFollower(
    before,
    shown,
    {
      send: (frame) => frames.push(frame),
      subscribe: (jobId) => (subscribedJob = jobId),
      get subscribedJob() {
        return subscribedJob;
      },
    },
    {
      job: async (id) => {
        if (isAway) throw new Error('away');
        return rowOf(id);
      },
      lines: async (ids) =>
        ids.map((id) => ({ id, item: { role: 'user', content: id, timestamp: '' } })),
      projects: async () => [],
    },
  );
  const told = () => frames.map((frame) => ('jobId' in frame ? frame.jobId : frame.type));
  return { made, told, frames, away: (value: boolean) => (isAway = value) };
}
const job = () => {
  const id = randomUUID();
  return { id, line: chatLineIdFor(id, 'user'), answer: chatLineIdFor(id, 'assistant') };
};

describe('K3: a follower', () => {
  it('is told each thing once, however often its project is read', async () => {
    const { made, frames } = follower();
    const { id, line } = job();
    const change = { ...before, name: '新しい名前', jobs: [id], lines: [line, randomUUID()] };
    await made.take(change);
    await made.take(change);
    expect(frames.map(({ type }) => type)).toEqual([
      'projectRenamed',
      'chatLine',
      'chatLine',
      'jobStarted',
    ]);
  });

  it('knows what its socket asked for itself, and nothing of what came to nothing', async () => {
    const { made, told } = follower();
    const messageId = randomUUID();
    const id = jobIdFor(projectId, messageId);
    const change = { ...before, jobs: [id], lines: [chatLineIdFor(id, 'user')] };
    made.expect(messageId);
    await made.take(change);
    expect(told()).toEqual([]);
    made.forget(messageId);
    await made.take(change);
    expect(told()).toEqual(['chatLine', id]);
  });

  it('is told a job to its end before the next one begins', async () => {
    const { made, told } = follower();
    const [first, second] = [job(), job()];
    await made.take({
      ...before,
      jobs: [second.id, first.id],
      lines: [second.line, first.answer, first.line],
    });
    expect(told()).toEqual(['chatLine', first.id]);
    expect(made.isNews({ type: 'failed', job: null, error: '', jobId: first.id })).toBe(true);
    await expect.poll(told).toEqual(['chatLine', first.id, 'chatLine', second.id]);
  });

  it('is told of a restore and of its line, which share an id, and not of its own', async () => {
    const [own, foreign] = [randomUUID(), randomUUID()];
    const { made, told } = follower();
    const restored = (messageId: string) => {
      const id = jobIdFor(projectId, messageId);
      return { ...before, lines: [id], restore: { id, revision: 'a'.repeat(40) } };
    };
    made.expect(own);
    await made.take(restored(own));
    await made.take(restored(foreign));
    expect(told()).toEqual(['chatLine', jobIdFor(projectId, foreign)]);
  });

  it('is told of saved settings and of their line, which share an id', async () => {
    const { made, frames } = follower();
    const id = randomUUID();
    const tuned = { id, revision: 'a'.repeat(40) };
    await made.take({ ...before, lines: [id], tuned });
    expect(frames.map(({ type }) => type)).toEqual(['chatLine', 'versionTuned']);
  });

  it('skips a job whose answer stood in the history that it was shown', async () => {
    const { id, line, answer } = job();
    const { made, told } = follower([line, answer]);
    await made.take({ ...before, jobs: [id], lines: [answer, line] });
    expect(told()).toEqual([]);
  });

  it('is told a job later whose row could not be read', async () => {
    const { made, told, away } = follower();
    const { id, line } = job();
    const change = { ...before, jobs: [id], lines: [line] };
    away(true);
    await expect(made.take(change)).rejects.toThrow('away');
    away(false);
    await made.take(change);
    expect(told()).toEqual(['chatLine', id]);
  });

  it('is told what others say of a version, once, and not what it says itself', async () => {
    const { made, frames } = follower();
    const [revision, other] = ['a'.repeat(40), 'b'.repeat(40)];
    made.expectMark(revision, { name: '自分', isBookmarked: false });
    const marks = [{ revision, name: '自分', isBookmarked: false }];
    await made.take({ ...before, marks });
    // Named and unnamed again before anybody looked.
    await made.take({ ...before, marks: [{ revision: other, name: null, isBookmarked: false }] });
    expect(frames).toEqual([]);
    const change = { ...before, marks: [{ revision, name: '他', isBookmarked: true }] };
    await made.take(change);
    await made.take(change);
    expect(frames).toEqual([
      {
        type: 'versionMarked',
        projectId,
        versionId: revision,
        name: '他',
        isBookmarked: true,
      },
    ]);
  });

  it('hears a name once, by the stream of a job or by the row', async () => {
    const { made, frames } = follower();
    const project = { id: projectId, name: '星の旅', createdAt: '', updatedAt: '' };
    await made.take({ ...before, name: '星の旅' });
    expect(made.isNews({ type: 'projectRenamed', project })).toBe(false);
    expect(made.isNews({ type: 'projectRenamed', project: { ...project, name: '月' } })).toBe(true);
    await made.take({ ...before, name: '月' });
    expect(frames).toHaveLength(1);
  });
});
