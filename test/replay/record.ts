import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { GenerationPlan } from '../../src/activities/ports.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { projectWorkflowId, streamWorkflowId } from '../../src/contracts/ids.js';
import { CLOSING_SEQ } from '../../src/contracts/stream.js';
import { createJobStreamClient } from '../../src/activities/job-stream-client.js';
import { cancelUpdate } from '../../src/workflows/messages.js';
import { admit, generateInput, jobRow, startWorkflowEnv, type FakeActivities, type WorkflowEnv } from '../support/workflow-env.js';

/**
 * `npm run histories [-- <name>…]`: records one history per story (or the named ones) in test/histories/. Run it only when a
 * workflow was changed on purpose in a way that running jobs may not survive, or for a new story.
 */
const wanted = process.argv.slice(2);
const REVISION = 'b'.repeat(40);
const PLAN: GenerationPlan = {
  kind: 'generate', hasDefaultName: true, spec: { request: '猫のゲーム', dimension: '2d', styleId: 'neon', autoFix: false, parent: null },
};

const succeed: FakeActivities = {
  openJob: async (input) => ({ outcome: 'opened', job: jobRow(generateInput(input)) }),
  noteMessage: async () => undefined,
  planGeneration: async () => PLAN,
  startAttempt: async () => ({ attempt: 1, slotAgeMs: 0 }),
  runAgent: async () => ({ kind: 'candidate', revision: REVISION, summary: '完成', suggestions: ['もっと速く'], usage: null }),
  publishRevision: async () => ({ revision: REVISION }),
  completeJob: async () => true,
  failJob: async () => true,
  cancelJob: async () => 'cancelled',
  nameProject: async () => ({ name: '猫の星' }),
  openRestore: async () => 'opened',
  restoreRevision: async () => ({ ok: true, revision: REVISION }),
  removeProjectRows: async () => true,
  removeProjectFiles: async () => undefined,
  reconcileJobs: async () => ({ closed: 0 }),
  collectGarbage: async () => ({ scratchFolders: 0, candidates: 0 }),
};

/** Longer than the heartbeat time-out of a run, and than a caller's patience with `admit`. */
const SILENCE_MS = 9_000;
const LATE_MS = 4_500;

let tries = 0;
let lives = 0;
const untilCancelled = async (): Promise<never> => { for (;;) { Context.current().heartbeat(); await Context.current().sleep(50); } };
const STORIES: Record<string, FakeActivities> = {
  'generate-success': {},
  'generate-refused-by-model': { runAgent: async () => { throw ApplicationFailure.create({ type: 'ModelRefused', nonRetryable: true }); } },
  'generate-retry': {
    runAgent: async () => {
      tries += 1;
      if (tries === 1) throw ApplicationFailure.create({ type: 'ModelOverloaded', details: [{ retryAfterMs: 100 }] });
      return { kind: 'candidate', revision: REVISION, summary: '完成', suggestions: [], usage: null };
    },
  },
  'generate-question': { planGeneration: async () => ({ kind: 'question', question: { type: 'dimension', message: '?', suggestions: [], request: 'r' } }) },
  'generate-chat': { planGeneration: async () => ({ kind: 'chat' }), answerQuestion: async () => ({ message: 'はい', suggestions: [] }) },
  'generate-user-limit': { openJob: async () => ({ outcome: 'refused', code: 'USER_LIMIT_EXCEEDED' }) },
  'generate-refused-late': { openJob: async () => sleep(LATE_MS, { outcome: 'refused', code: 'SYSTEM_LIMIT_EXCEEDED' }), reportRefusal: async () => undefined },
  // The first worker falls silent, as one that was killed; the run starts anew.
  'generate-restart': {
    startAttempt: async () => ({ attempt: lives + 1, slotAgeMs: 0 }),
    runAgent: async () => {
      lives += 1;
      if (lives === 1) await sleep(SILENCE_MS);
      return { kind: 'candidate', revision: REVISION, summary: '完成', suggestions: [], usage: null };
    },
  },
  'generate-cancel': { runAgent: untilCancelled },
};

async function recordGenerations(env: WorkflowEnv): Promise<void> {
  for (const [name, overrides] of Object.entries(STORIES)) {
    const input = generateInput();
    const handle = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
    await env.withWorkers({ ...succeed, ...overrides }, async () => {
      await admit(env.client, 'generateGame', input, { kind: 'generate', messageId: input.messageId, userId: input.userId, content: input.content })
        .catch(() => undefined);
      if (name === 'generate-cancel') await handle.executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      await handle.result();
      if (name === 'generate-success') await env.client.workflow.getHandle(`name/${input.jobId}`).result();
    });
    await save(env, name, projectWorkflowId(input.projectId));
    if (name === 'generate-success') await save(env, 'name-project', `name/${input.jobId}`);
  }
}

/** All slots are taken by another job: this one is stopped before its run has begun. */
async function recordCancelInQueue(env: WorkflowEnv): Promise<void> {
  const inputs = [generateInput(), generateInput()];
  const handleOf = ({ projectId }: { projectId: string }) => env.client.workflow.getHandle(projectWorkflowId(projectId));
  await env.withWorkers({ ...succeed, runAgent: untilCancelled }, async () => {
    for (const input of inputs) {
      const { messageId, userId, content } = input;
      await admit(env.client, 'generateGame', input, { kind: 'generate', messageId, userId, content });
      while (!(await handleOf(input).describe()).raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'runAgent')) await sleep(100);
    }
    for (const input of [...inputs].reverse()) {
      await handleOf(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      await handleOf(input).result();
    }
  }, 1);
  await save(env, 'generate-cancel-in-queue', projectWorkflowId(inputs[1]!.projectId));
}

/** Restores and deletes that end with a no. */
async function recordRefusals(env: WorkflowEnv): Promise<void> {
  const stories: [string, 'restore' | 'delete', FakeActivities][] = [
    ['restore-failure', 'restore', { restoreRevision: async () => ({ ok: false, error: 'VersionNotFound' }) }],
    ['restore-denied', 'restore', { openRestore: async () => 'denied' }],
    ['delete-denied', 'delete', { removeProjectRows: async () => false }],
  ];
  for (const [name, kind, overrides] of stories) {
    const { projectId, messageId, userId, jobId } = generateInput();
    const input = { actionId: jobId, messageId, userId, projectId, ...(kind === 'restore' ? { versionId: 'abcdef0' } : {}) };
    await env.withWorkers({ ...succeed, ...overrides }, async () => {
      await admit(env.client, kind === 'restore' ? 'restoreVersion' : 'deleteProject', input, { kind, messageId, userId }).catch(() => undefined);
      await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
    });
    await save(env, name, projectWorkflowId(projectId));
  }
}

async function recordOthers(env: WorkflowEnv): Promise<void> {
  const { projectId, messageId, userId, jobId } = generateInput();
  const writer = { actionId: jobId, messageId, userId, projectId };
  await env.withWorkers(succeed, async () => {
    await admit(env.client, 'restoreVersion', { ...writer, versionId: 'abcdef0' } as typeof writer, { kind: 'restore', messageId, userId });
    await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
    await save(env, 'restore-success', projectWorkflowId(projectId));
    await admit(env.client, 'deleteProject', writer, { kind: 'delete', messageId, userId });
    await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
    await save(env, 'delete-success', projectWorkflowId(projectId));
    for (const type of ['reconcileJobs', 'collectGarbage']) {
      await env.client.workflow.execute(type, { workflowId: type, taskQueue: 'dreamcore' });
      await save(env, type === 'reconcileJobs' ? 'reconcile-jobs' : 'collect-garbage', type);
    }
    const stream = createJobStreamClient(env.client);
    await stream.append(jobId, 0, 1, [{ type: 'started' }]);
    await stream.append(jobId, 1, 1, [{ type: 'stream', content: 'a' }]);
    await stream.append(jobId, 1, CLOSING_SEQ, [{ type: 'completed' }]);
    await env.client.workflow.getHandle(streamWorkflowId(jobId)).executeUpdate('nextPage', { args: [{ after: { attempt: 0, seq: 0 }, waitMs: 10 }] });
    await save(env, 'job-stream', streamWorkflowId(jobId));
  });
}

async function save(env: WorkflowEnv, name: string, workflowId: string): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const history = await env.client.workflow.getHandle(workflowId).fetchHistory();
  const file = path.join(import.meta.dirname, '..', 'histories', `${name}.json`);
  // Identities, sticky queues and stack traces tell about the machine that recorded them.
  const text = historyToJSON(history).replace(/\d+@[\w.-]+/g, 'worker@host').replaceAll(PROJECT_ROOT, '');
  await writeFile(file, `${JSON.stringify(JSON.parse(text), null, 1)}\n`);
}

const env = await startWorkflowEnv();
try {
  await recordGenerations(env);
  await recordCancelInQueue(env);
  await recordRefusals(env);
  await recordOthers(env);
} finally {
  await env.stop();
}
