import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../contracts/wire/frames.js';
import { chatLineIdFor, jobIdFor } from '../contracts/base/ids.js';
import type { JobRow } from '../contracts/rows/rows.js';
import { row } from '../../test/support/job-feeds.js';
import { changeOf } from '../../test/support/project-change.js';
import type { ProjectChange } from '../store/tables/project-changes.js';
import { ProjectFollower } from './project-follower.js';

const projectId = randomUUID();
const before = changeOf(projectId, 1);
function follower(shown: string[] = []) {
  const frames: ServerFrame[] = [];
  let subscribedJob: string | null = null;
  let isAway = false;
  const rows = new Map<string, JobRow>();
  let now: ProjectChange | null = before;
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
      change: async () => {
        if (isAway) throw new Error('away');
        return now;
      },
      job: async (id) => {
        if (isAway) throw new Error('away');
        return rows.get(id) ?? row({ id, project_id: projectId });
      },
      lines: async (ids) =>
        ids.map((id) => ({ id, item: { role: 'user', content: id, timestamp: '' } })),
      projects: async () => [],
    },
  );
  const told = () => frames.map((frame) => ('jobId' in frame ? frame.jobId : frame.type));
  const become = (change: Partial<ProjectChange>): ProjectChange =>
    (now = { ...before, ...change, changeNo: (now?.changeNo ?? 0) + 1 });
  return { made, told, frames, become, rows, away: (value: boolean) => (isAway = value) };
}
const named = (name: string): ServerFrame => ({
  type: 'projectRenamed',
  project: { id: projectId, name, createdAt: '', updatedAt: '' },
});
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

  it('is not told of a job that begins while another one is told', async () => {
    const { made, told } = follower();
    const [first, second] = [job(), job()];
    await made.take({ ...before, jobs: [first.id], lines: [first.line] });
    await made.take({ ...before, jobs: [second.id, first.id], lines: [second.line, first.line] });
    expect(told()).toEqual(['chatLine', first.id]);
    made.isNews({ type: 'cancelled', job: null, jobId: first.id });
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
    made.knowsMark(revision, { name: '自分', isBookmarked: false });
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

  it('hears a name from the row alone: a job’s stream has no place among the changes', async () => {
    const { made, frames } = follower();
    expect(made.isNews(named('星の旅'))).toBe(false);
    await made.take({ ...before, name: '星の旅' });
    expect(frames).toEqual([named('星の旅')]);
  });
});

describe('K3: a follower never goes back', () => {
  const revision = 'a'.repeat(40);
  const mark = (name: string | null) => ({ revision, name, isBookmarked: false });

  it('to a reading from before what its socket was sent', async () => {
    const { made, frames } = follower();
    const restore = { id: randomUUID(), revision };
    await made.take({ ...before, changeNo: 0, name: '前の名前', restore, marks: [mark('前')] });
    await made.take({ ...before, changeNo: 3, name: '三' });
    await made.take({ ...before, changeNo: 2, name: '二', marks: [mark('二')] });
    expect(frames).toEqual([named('三')]);
  });

  it('to a reading from before a change of its own', async () => {
    const { made, frames, become } = follower();
    const old = become({ name: '他人の名前', marks: [mark('他')] });
    await made.whileChanging(async () => {
      become({ name: '自分の名前', marks: [mark('自分')] });
      made.knowsFields({ name: '自分の名前' });
      made.knowsMark(revision, mark('自分'));
    });
    await made.take(old);
    expect(frames).toEqual([]);
    await made.take(old);
    await made.take(become({ name: '他人の名前', marks: [mark('他')] }));
    expect(frames.map(({ type }) => type)).toEqual(['projectRenamed', 'versionMarked']);
  });

  it('and hears what others did after its own change only after the answer to that', async () => {
    const { made, frames, become } = follower();
    let taken: Promise<void> | undefined;
    await made.whileChanging(async () => {
      become({ name: '自分の名前' });
      taken = made.take(become({ name: '他人の名前' }));
      await new Promise(setImmediate);
      expect(frames).toEqual([]);
      made.knowsFields({ name: '自分の名前' });
    });
    await taken;
    expect(frames).toEqual([named('他人の名前')]);
  });

  it('where its own change failed, or could not be read again: it is told later', async () => {
    const { made, frames, become, away } = follower();
    const old = become({});
    const change = made.whileChanging(async () => {
      become({ name: '自分の名前' });
      throw new Error('no answer');
    });
    await expect(change).rejects.toThrow('no answer');
    away(true);
    await expect(made.take(old)).rejects.toThrow('away');
    away(false);
    await made.take(old);
    expect(frames).toEqual([named('自分の名前')]);
  });
});

it('Q3: a follower hears how the queue changes, and of no job taken out of it', async () => {
  const { made, frames, become, rows } = follower();
  const [waiting, removed] = [job(), job()];
  const queue = [waiting, removed].map(({ id }) => ({ jobId: id, content: '速く' }));
  await made.take(become({ queue }));
  await made.take(become({ queue }));
  rows.set(removed.id, { ...row({ id: removed.id, project_id: projectId }), is_unqueued: true });
  await made.take(become({ jobs: [removed.id], queue: queue.slice(0, 1) }));
  await made.take(become({ jobs: [waiting.id, removed.id], lines: [waiting.line], queue: [] }));
  const changed = (lines: typeof queue) => ({ type: 'queueChanged', projectId, queue: lines });
  expect(frames).toEqual([
    changed(queue),
    changed(queue.slice(0, 1)),
    changed([]),
    expect.objectContaining({ type: 'chatLine' }),
    expect.objectContaining({ type: 'jobStarted', jobId: waiting.id, followed: true }),
  ]);
});
