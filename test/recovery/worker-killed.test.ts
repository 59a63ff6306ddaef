import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Listener, oneTo, seqsOf } from '../support/listener.js';
import { startStack, type Stack } from '../support/stack.js';
import { createUser, type TestUser } from '../support/users.js';

/** Real processes, real `kill -9`: an accepted message ends in exactly one version, and its listener misses nothing. */
let stack: Stack;
beforeAll(async () => { stack = await startStack({ env: { DEMO_SECONDS: '6' } }); });
afterAll(() => stack.stop());

const admin = () => createClient(stack.env['SUPABASE_URL'] ?? '', stack.env['SUPABASE_SERVICE_ROLE_KEY'] ?? '', { auth: { persistSession: false } });

async function revisionsOf(projectId: string): Promise<{ job_id: string; kind: string; revision: string }[]> {
  const { data, error } = await admin().from('revisions').select('job_id, kind, revision').eq('project_id', projectId);
  if (error) throw error;
  return data;
}

async function codeOf(user: TestUser, projectId: string): Promise<string> {
  const response = await fetch(`${stack.baseUrl}/api/projects/${projectId}/code`, { headers: { authorization: `Bearer ${user.accessToken}` } });
  return ((await response.json()) as { code: string }).code;
}

/** Processes of the model program that work in this stack's data folder. */
async function leftoverRuns(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(stack.dataDir) && /bwrap|claude/.test(line));
}

async function midStream(): Promise<{ user: TestUser; listener: Listener; projectId: string; jobId: string }> {
  const user = await createUser(stack.env);
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  const projectId = await listener.createProject();
  listener.say('2Dのシューティングゲームを作って');
  const { jobId } = await listener.until(({ type }) => type === 'jobStarted') as { jobId: string };
  await listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);
  return { user, listener, projectId, jobId };
}

describe('A8: accepted means ended', () => {
  it('C1/D2/E4: a worker killed in mid-stream leaves exactly one new version, text without gap or repeat, and a project that takes the next message at once', async () => {
    const { user, listener, projectId, jobId } = await midStream();
    const oldPid = await stack.kill('worker');
    await stack.untilRestarted('worker', oldPid);
    const end = await listener.untilEnd();
    expect(end).toMatchObject({ type: 'completed', jobId });

    const published = await revisionsOf(projectId);
    expect(published).toMatchObject([{ job_id: jobId, kind: 'generate' }]);
    const { data: rows } = await admin().from('jobs').select('id, status, attempt').eq('project_id', projectId);
    expect(rows).toMatchObject([{ id: jobId, status: 'completed' }]);

    const last = end.attempt ?? 0;
    expect(last).toBeGreaterThan(1);
    expect(listener.frames.filter(({ type }) => type === 'streamReset').map(({ attempt }) => attempt)).toContain(last);
    const seqs = seqsOf(listener.frames, last);
    expect(seqs).toEqual(oneTo(seqs.length));
    const code = await codeOf(user, projectId);
    expect(listener.text).toContain(code.trim());

    await expect.poll(leftoverRuns).toEqual([]);
    await expect.poll(() => readdir(path.join(stack.dataDir, 'scratch')).catch(() => [])).toEqual([]);

    const from = listener.frames.length;
    listener.say('敵を青にして');
    await listener.until(({ type }) => type === 'jobStarted', from, 10_000);
    await expect(listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
    expect(await revisionsOf(projectId)).toHaveLength(2);
    listener.close();
  });

  it('D3/C3: the API killed in mid-stream is resumed by the listener where it was, without gap or repeat', async () => {
    const { user, listener, projectId, jobId } = await midStream();
    await stack.untilRestarted('api', await stack.kill('api'));
    await expect(listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect(listener.reconnects).toBeGreaterThan(0);
    const attempt = listener.lastPlace?.attempt ?? 0;
    const seqs = seqsOf(listener.frames, attempt);
    expect(seqs).toEqual(oneTo(seqs.length));
    expect(listener.text).toContain((await codeOf(user, projectId)).trim());
    expect(await revisionsOf(projectId)).toHaveLength(1);
    listener.close();
  });
});
