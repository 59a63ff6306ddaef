import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { cancelOwnWorkflow } from '../../src/activities/frame/own-cancel.js';
import type { GenerationPlan } from '../../src/activities/ports/plan-port.js';
import { PROJECT_ROOT } from '../../src/config.js';
import {
  accountWorkflowId,
  projectWorkflowId,
  pushWorkflowId,
  queueWorkflowId,
  searchWorkflowId,
  streamWorkflowId,
} from '../../src/contracts/base/ids.js';
import { CLOSING_SEQ } from '../../src/contracts/durable/stream.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
import { type GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import { briefByRules } from '../../src/domain/design/brief-by-rules.js';
import { reportOf } from '../../src/domain/playing/playing.js';
import { findingOf } from '../../src/domain/playing/playing-words.js';
import { streamWriter } from '../../src/stream/writer.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import { recordPublications } from './record-publications.js';
import { recordGuests } from './record-guests.js';
import { recordVideos } from './record-videos.js';
import { recordImages, untilCancelled } from './record-images.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  startWorkflowEnv,
  type FakeActivities,
  type WorkflowEnv,
} from '../support/workflow-env.js';

/**
 * `npm run histories [-- <name>…]`: records one history per story (or the named ones) in
 * test/histories/. Run it only when a workflow was changed on purpose in a way that running jobs
 * may not survive, or for a new story.
 */
const wanted = process.argv.slice(2);
const REVISION = 'b'.repeat(40);
const [USER, PROJECT] = [generateInput().userId, generateInput().projectId];
const PLAN: Extract<GenerationPlan, { kind: 'generate' }> = {
  kind: 'generate',
  hasDefaultName: true,
  spec: { request: '猫のゲーム', dimension: '2d', styleId: 'neon', autoFix: false, parent: null },
};

const succeed: FakeActivities = {
  openJob: async (input) => ({ outcome: 'opened', job: jobRow(generateInput(input)) }),
  noteMessage: async () => undefined,
  admitQueued: async () => undefined,
  planGeneration: async () => PLAN,
  startAttempt: async () => ({ attempt: 1, slotAgeMs: 0 }),
  runAgent: async () => ({
    kind: 'candidate',
    revision: REVISION,
    summary: '完成',
    suggestions: ['もっと速く'],
    usage: null,
  }),
  publishRevision: async () => ({ revision: REVISION }),
  completeJob: async () => true,
  failJob: async () => true,
  // What the real step does: the work is cancelled by the cancellation of its workflow (F1, I4).
  cancelJob: async () => {
    await cancelOwnWorkflow(env.client);
    return 'cancelled';
  },
  costOfJob: async () => 0.4,
  nameProject: async () => ({ name: '猫の星' }),
  openRestore: async () => 'opened',
  restoreRevision: async () => ({ ok: true, revision: REVISION }),
  tuneRevision: async () => ({ ok: true, result: { revision: REVISION, isNew: true } }),
  removeProjectRows: async () => true,
  removeProjectFiles: async () => undefined,
  removeAccountRows: async () => undefined,
  removeUserFiles: async () => undefined,
  collectGarbage: async () => ({ candidates: 0, images: 0 }),
  watchVolumes: async ({ after }) => ({
    next: after === null ? 'the-last-user' : null,
    measured: 20,
    warned: 1,
  }),
  claimPushes: async () => [{ userId: USER, projectId: PROJECT, event: 'liked' }],
  listPushTargets: async () => ['phone', 'laptop'],
  sendPush: async ({ subscriptionId }) => (subscriptionId === 'phone' ? 'sent' : 'gone'),
  watchCalls: async () => ({ reaped: 1 }),
  watchSpending: async () => ({ spentUsd: 1, near: 0 }),
  watchModal: async () => ({ isSlow: false, isFailing: false }),
  replicateProject: async ({ userId, projectId }) => ({
    userId,
    projectId,
    toVolume: { revisions: 1, assets: 0 },
    problem: null,
  }),
  openAction: async () => 'opened',
  completeAction: async () => true,
  failAction: async () => true,
  // As above (H2).
  cancelAction: async () => {
    await cancelOwnWorkflow(env.client);
    return true;
  },
  generatePublishInfo: async () => ({
    title: '星よけ',
    description: '星をよける',
    howToPlay: '指で',
    tags: ['星'],
  }),
  copyGame: async () => ({ contentHash: 'h'.repeat(64), files: 3 }),
  checkCopy: async () => undefined,
  activateRelease: async ({ gameId, revision, contentHash }) => ({ gameId, revision, contentHash }),
  unpublishGame: async () => undefined,
  copyForRerun: async () => ({ projectId: PROJECT }),
  makeRemix: async () => ({ projectId: PROJECT }),
  deleteStaleReleases: async () => undefined,
  listReplicationTargets: async ({ after }) =>
    after === null ? [{ userId: USER, projectId: PROJECT }] : [],
  listUsersWithOrphans: async () => [USER],
  removeOrphans: async () => ({ removed: 1 }),
};

/** Longer than the heartbeat time-out of a run. */
const SILENCE_MS = 9_000;
/** What one attempt on Modal takes of a job's time. */
const ATTEMPT_MS = 6_000;

let runs = 0;
let lives = 0;
let calls = 0;
const onModal = (): boolean => Context.current().info.taskQueue === BACKENDS.modal.long.agent.queue;
/** A run that is done on Modal as `runThere` says, and well wherever else it is done. */
const modalStory = (runThere: NonNullable<FakeActivities['runAgent']>): FakeActivities => ({
  chooseBackend: async () => ({ backend: 'modal', reason: 'switched to modal', hasVolumes: true }),
  startAttempt: async () => {
    calls += 1;
    return { attempt: calls, slotAgeMs: (calls - 1) * ATTEMPT_MS };
  },
  runAgent: (input) => (onModal() ? runThere(input) : Promise.resolve(CANDIDATE)),
});
const CANDIDATE = {
  kind: 'candidate' as const,
  revision: REVISION,
  summary: '完成',
  suggestions: [],
  usage: null,
};
const BRIEF = briefByRules({ request: '猫', dimension: '2d', styleId: null, language: 'ja' });
const options = { selectedStyle: null, autoFix: false };
const QUEUE = { isAsked: true, isUnnamed: false, maxQueued: 50, options };
const sentImage = (name: string) => ({ number: '1', called: name, name, assetId: USER });
const figure = (name: string) => ({ name, draws: name, fallback: '丸' });
/** A run and, where it is asked for, its repair. */
const mending: FakeActivities = {
  startAttempt: async ({ repair }) => ({
    attempt: 1 + (repair?.round ?? 0),
    slotAgeMs: 0,
    budgetUsd: 2,
  }),
  runAgent: async ({ repair }) => (repair ? { ...CANDIDATE, revision: 'c'.repeat(40) } : CANDIDATE),
};
const STORIES: Record<string, FakeActivities> = {
  'generate-success': {},
  'generate-refused-by-model': {
    runAgent: async () => {
      throw ApplicationFailure.create({ type: 'ModelRefused', nonRetryable: true });
    },
  },
  'generate-retry': {
    runAgent: async () => {
      runs += 1;
      const [type, details] = ['ModelOverloaded', [{ retryAfterMs: 100 }]];
      if (runs === 1) throw ApplicationFailure.create({ type, details });
      return CANDIDATE;
    },
  },
  // The model is asked for a design and fails; the rules stand in.
  'generate-design': {
    planGeneration: async () => ({ ...PLAN, design: 'model' }),
    designGame: async ({ by }) => {
      if (by === 'model') throw ApplicationFailure.create({ type: 'ModelOverloaded' });
      return BRIEF;
    },
  },
  // Two images are drawn meanwhile; one of them is not there in time.
  'generate-sprites': {
    planGeneration: async () => ({ ...PLAN, design: 'model', drawsSprites: true }),
    designGame: async () => ({ ...BRIEF, by: 'model', sprites: ['cat', 'dog'].map(figure) }),
    planSprites: async ({ spec }) =>
      (spec.brief?.sprites ?? []).map(({ name }) => ({ name, prompt: name, usd: 0.04 })),
    drawSprite: async ({ name }) => (name === 'cat' ? { sizeBytes: 9 } : untilCancelled()),
    addSprites: async ({ drawn }) => ({ revision: 'c'.repeat(40), added: drawn }),
  },
  // Two images go with the message; one of them is none.
  'generate-attached': {
    planGeneration: async () => ({
      ...PLAN,
      attached: { images: ['ship', 'tree'].map(sentImage), unusable: 0 },
    }),
    placeImage: async ({ name }) => {
      if (name === 'tree') throw ApplicationFailure.create({ type: 'ImageUnreadable' });
      return { width: 512, height: 300 };
    },
  },
  // The play finds something, a repair mends it.
  'generate-repair': {
    planGeneration: async () => ({ ...PLAN, play: { parent: null } }),
    ...mending,
    playGame: async ({ round }) => ({
      ...reportOf(round === 0 ? [findingOf('deaf', 'touched')] : [], [], {
        needs: [],
        gameTree: '00000001',
      }),
      sheet: null,
      tookMs: 1,
    }),
  },
  // It plays; the judge misses something, and sees it after the repair.
  'generate-judge': {
    planGeneration: async () => ({
      ...PLAN,
      spec: { ...PLAN.spec, brief: { ...BRIEF, by: 'model' } },
      play: { parent: null },
    }),
    ...mending,
    playGame: (input) => playsWell(input),
    judgeGame: async ({ play, checks }) => ({
      state: 'judged',
      checks: checks.map((check) => ({ check, answer: play === 1 ? 'unmet' : 'met', why: '見た' })),
    }),
  },
  'generate-searched': {
    planGeneration: async () => ({
      ...{ ...PLAN, hasDefaultName: false },
      play: { parent: null, isSearched: true },
    }),
    playGame: (input) => playsWell(input),
    searchGame: async () => 'searched',
  },
  'generate-question': {
    planGeneration: async () => ({
      kind: 'question',
      question: { type: 'dimension', message: '?', suggestions: [], request: 'r' },
    }),
  },
  'generate-chat': {
    planGeneration: async () => ({ kind: 'chat' }),
    answerQuestion: async () => ({ message: 'はい', suggestions: [] }),
  },
  'generate-told': {
    planGeneration: async () => ({ kind: 'chat' }),
    answerQuestion: async () => ({ message: 'はい', suggestions: [] }),
    completeJob: async () => ({ costUsd: 0.01, push: 'answered' }),
  },
  // Another message comes meanwhile.
  'generate-awaited': {
    planGeneration: async () => ({ kind: 'chat' }),
    noteMessage: async ({ messageId: jobId }) => ({ outcome: 'queued', jobId, place: 1 }),
    async answerQuestion({ projectId, userId }) {
      const next = generateInput({ projectId, userId });
      await admit(env.client, 'generateGame', next, { ...next, kind: 'generate', queue: QUEUE });
      return { message: 'はい', suggestions: [] };
    },
  },
  'generate-queued': { openJob: async ({ jobId }) => ({ outcome: 'queued', jobId, place: 2 }) },
  'generate-user-limit': {
    openJob: async () => ({ outcome: 'refused', code: 'USER_LIMIT_EXCEEDED' }),
  },
  // The first worker falls silent, as one that was killed; the run starts anew.
  'generate-restart': {
    startAttempt: async () => ({ attempt: lives + 1, slotAgeMs: 0 }),
    runAgent: async () => {
      lives += 1;
      if (lives === 1) await sleep(SILENCE_MS);
      return CANDIDATE;
    },
  },
  'generate-cancel': { runAgent: untilCancelled },
  'generate-modal-success': modalStory(async () => CANDIDATE),
  'generate-modal-cancel': modalStory(untilCancelled),
  'generate-modal-unavailable': modalStory(async () => {
    throw ApplicationFailure.create({ type: 'ModalUnavailable', message: 'nothing listens' });
  }),
  'generate-modal-time-out': modalStory(untilCancelled),
  // The first worker falls silent; the second takes up its call.
  'generate-modal-reattach': modalStory(async () => {
    Context.current().heartbeat({ functionCallId: 'fc-1' });
    return Context.current().info.attempt === 1 ? sleep(SILENCE_MS, CANDIDATE) : CANDIDATE;
  }),
};
/** Time for one attempt there and one here. */
const INPUTS: Record<string, Partial<GenerateGameInput>> = {
  'generate-modal-time-out': { jobTimeoutMs: (ATTEMPT_MS / 3) * 4 },
};
/** What a story starts beside itself: name of its history, and its id. */
type Ids = Pick<GenerateGameInput, 'jobId' | 'projectId' | 'userId'>;
const BESIDE: Record<string, (ids: Ids) => [name: string, workflowId: string]> = {
  'generate-success': ({ jobId }) => ['name-project', `name/${jobId}`],
  'generate-queued': ({ userId }) => ['admit-queued', queueWorkflowId(userId)],
  'generate-told': ({ jobId }) => ['push-job-end', pushWorkflowId(jobId)],
  'generate-searched': ({ projectId }) => ['search-game', searchWorkflowId(projectId)],
};
const isCancelled = (name: string): boolean =>
  name === 'generate-cancel' || name === 'generate-modal-cancel';

const kebab = (type: string) => type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

async function recordGenerations(env: WorkflowEnv): Promise<void> {
  for (const [name, overrides] of Object.entries(STORIES)) {
    if (!isWanted(name)) continue;
    calls = 0;
    const input = generateInput(INPUTS[name]);
    const beside = BESIDE[name]?.(input);
    const handle = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
    await env.withWorkers({ ...succeed, ...overrides }, async () => {
      await admit(env.client, 'generateGame', input, {
        kind: 'generate',
        messageId: input.messageId,
        userId: input.userId,
        content: input.content,
      }).catch(() => undefined);
      if (name === 'generate-modal-cancel') await untilRunning(handle);
      if (isCancelled(name))
        await handle.executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      // A failed or cancelled job is a failed or cancelled workflow (I4).
      await endOfJob(handle);
      if (beside) await env.client.workflow.getHandle(beside[1]).result();
    });
    await save(env, name, projectWorkflowId(input.projectId));
    if (beside) await save(env, ...beside);
  }
}

async function untilRunning(handle: WorkflowHandle): Promise<void> {
  while (
    !(await handle.describe()).raw.pendingActivities?.some(
      ({ activityType }) => activityType?.name === 'runAgent',
    )
  )
    await sleep(100);
}

/** All slots are taken by another job: this one is stopped before its run has begun. */
async function recordCancelInQueue(env: WorkflowEnv): Promise<void> {
  const inputs = [generateInput(), generateInput()];
  const handleOf = ({ projectId }: { projectId: string }) =>
    env.client.workflow.getHandle(projectWorkflowId(projectId));
  await env.withWorkers(
    { ...succeed, runAgent: untilCancelled },
    async () => {
      for (const input of inputs) {
        const { messageId, userId, content } = input;
        await admit(env.client, 'generateGame', input, {
          kind: 'generate',
          messageId,
          userId,
          content,
        });
        await untilRunning(handleOf(input));
      }
      for (const input of [...inputs].reverse()) {
        await handleOf(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
        await endOfJob(handleOf(input));
      }
    },
    { [BACKENDS.local.long.agent.queue]: 1 },
  );
  await save(env, 'generate-cancel-in-queue', projectWorkflowId(inputs[1]!.projectId));
}

const withVolumes: FakeActivities = {
  chooseBackend: async () => ({ backend: 'modal', reason: 'switched to modal', hasVolumes: true }),
};
const withoutModal: FakeActivities = {
  ...withVolumes,
  removeProjectFiles: async () => {
    if (Context.current().info.taskQueue === BACKENDS.modal.files.queue)
      throw ApplicationFailure.nonRetryable('nothing listens', 'ModalUnavailable');
  },
};

/** Other work on the project, which ends only after its files are gone. */
function withWork(): FakeActivities {
  const run = { workflowId: `project/${PROJECT}/thumbnail`, runId: USER };
  let looks = 0;
  return {
    cancelProjectWork: async () => [run],
    awaitRunsEnded: async () => {
      looks += 1;
      return looks === 1 ? [run] : [];
    },
  };
}

const WRITERS = {
  restore: 'restoreVersion',
  tune: 'tuneGame',
  delete: 'deleteProject',
} as const;

/** Restores, tunings and deletes that end with a no, or have to do with Modal. */
async function recordOtherWriters(env: WorkflowEnv): Promise<void> {
  const stories: [string, 'restore' | 'tune' | 'delete', FakeActivities][] = [
    ['tune-success', 'tune', withVolumes],
    ['tune-denied', 'tune', { openAction: async () => 'denied' }],
    [
      'tune-refused',
      'tune',
      { tuneRevision: async () => ({ ok: false, kind: 'SettingRefused', detail: 'speed' }) },
    ],
    ['restore-modal', 'restore', withVolumes],
    ['delete-modal', 'delete', withVolumes],
    ['delete-work-goes-on', 'delete', withWork()],
    ['delete-modal-unavailable', 'delete', withoutModal],
    [
      'restore-failure',
      'restore',
      { restoreRevision: async () => ({ ok: false, error: 'VersionNotFound' }) },
    ],
    ['restore-denied', 'restore', { openRestore: async () => 'denied' }],
    ['delete-denied', 'delete', { cancelProjectWork: async () => null }],
  ];
  for (const [name, kind, overrides] of stories) {
    const { projectId, messageId, userId, jobId } = generateInput();
    const input = {
      actionId: jobId,
      messageId,
      userId,
      projectId,
      ...(kind === 'restore' ? { versionId: 'abcdef0' } : {}),
      ...(kind === 'tune' ? { values: { speed: 1.5 } } : {}),
    };
    await env.withWorkers({ ...succeed, ...overrides }, async () => {
      await admit(env.client, WRITERS[kind], input, {
        kind,
        messageId,
        userId,
      }).catch(() => undefined);
      await env.client.workflow
        .getHandle(projectWorkflowId(projectId))
        .result()
        .catch(() => undefined);
    });
    await save(env, name, projectWorkflowId(projectId));
  }
}

async function recordOthers(env: WorkflowEnv): Promise<void> {
  const { projectId, messageId, userId, jobId } = generateInput();
  const writer = { actionId: jobId, messageId, userId, projectId };
  await env.withWorkers(succeed, async () => {
    await admit(
      env.client,
      'restoreVersion',
      { ...writer, versionId: 'abcdef0' } as typeof writer,
      { kind: 'restore', messageId, userId },
    );
    await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
    await save(env, 'restore-success', projectWorkflowId(projectId));
    await admit(env.client, 'deleteProject', writer, { kind: 'delete', messageId, userId });
    await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
    await save(env, 'delete-success', projectWorkflowId(projectId));
    for (const type of [
      'collectGarbage',
      'watchVolumes',
      'watchCalls',
      'watchSpending',
      'watchModal',
      'pushGameEvents',
    ]) {
      await env.client.workflow.execute(type, { workflowId: type, taskQueue: 'dreamcore' });
      await save(env, kebab(type), type);
    }
    for (const type of ['replicateProject', 'replicateAll'] as const) {
      const name = kebab(type);
      const args = type === 'replicateAll' ? [] : [{ userId: USER, projectId: PROJECT }];
      await env.client.workflow.execute(type, { workflowId: name, taskQueue: 'dreamcore', args });
      await save(env, name, name);
    }
    const stream = streamWriter(env.client);
    await stream.append(jobId, 0, 1, [{ type: 'started' }]);
    await stream.append(jobId, 1, 1, [{ type: 'stream', content: 'a' }]);
    await stream.append(jobId, 1, CLOSING_SEQ, [{ type: 'completed' }]);
    await env.client.workflow
      .getHandle(streamWorkflowId(jobId))
      .executeUpdate('nextPage', { args: [{ after: { attempt: 0, seq: 0 }, waitMs: 10 }] });
    await save(env, 'job-stream', streamWorkflowId(jobId));
  });
}

/** The copy in which a job begins with what another one had made. */
const COPY = { projectId: PROJECT.slice(0, -4) + 'cafe', parent: null, candidate: REVISION };
const TAKEN = {
  plan: { ...PLAN, hasDefaultName: false, play: { parent: null } },
  candidate: CANDIDATE,
};
const playsWell: NonNullable<FakeActivities['playGame']> = async () => ({
  ...reportOf([], [], { needs: [], gameTree: '00000001' }),
  sheet: null,
  tookMs: 1,
});

/**
 * A job that an operator has done once more: begun, refused as its project is gone, and from its
 * play on.
 */
async function recordReruns(env: WorkflowEnv): Promise<void> {
  const gone = async (): Promise<never> => {
    throw ApplicationFailure.nonRetryable('the job or its project is gone', 'ACCESS_DENIED');
  };
  const { jobId, userId, projectId: _, messageId: __, ...asked } = generateInput();
  for (const [name, overrides] of [
    ['rerun-success', {}],
    ['rerun-gone', { copyForRerun: gone }],
    ['rerun-from-play', { copyForRerun: async () => COPY, playGame: playsWell }],
  ] as const) {
    const isTaken = name === 'rerun-from-play';
    const taken = isTaken ? TAKEN : undefined;
    await env.withWorkers({ ...succeed, ...overrides }, async () => {
      const handle = await env.client.workflow.start('rerunJob', {
        workflowId: name,
        taskQueue: 'dreamcore',
        args: [{ actionId: generateInput().jobId, userId, projectId: null, jobId, asked, taken }],
      });
      await handle.result().catch(() => undefined);
      if (isTaken) await env.client.workflow.getHandle(projectWorkflowId(COPY.projectId)).result();
    });
    // A rerun gives the same commands whatever it takes over.
    if (isTaken) await save(env, 'generate-taken', projectWorkflowId(COPY.projectId));
    else await save(env, name, name);
  }
}

/** An account with two projects, whose files are on a Volume, too. */
async function recordAccount(env: WorkflowEnv): Promise<void> {
  if (!isWanted('account-delete')) return;
  const workflowId = accountWorkflowId(USER);
  let projectIds = [PROJECT, REVISION.slice(0, 8) + PROJECT.slice(8)];
  const activities: FakeActivities = {
    ...succeed,
    ...withVolumes,
    stopAccountWork: async () => {
      const now = projectIds;
      projectIds = [];
      return { runs: [], projectIds: now, projectsLeft: now.length };
    },
    awaitRunsEnded: async () => [],
  };
  await env.withWorkers(activities, () =>
    env.client.workflow.execute('deleteAccount', {
      workflowId,
      taskQueue: 'dreamcore',
      args: [{ userId: USER }],
    }),
  );
  await save(env, 'account-delete', workflowId);
}

function isWanted(name: string): boolean {
  return (
    wanted.length === 0 ||
    wanted.includes(name) ||
    wanted.includes(BESIDE[name]?.(generateInput())[0] ?? '')
  );
}

async function save(env: WorkflowEnv, name: string, workflowId: string): Promise<void> {
  if (!isWanted(name)) return;
  const history = await env.client.workflow.getHandle(workflowId).fetchHistory();
  const file = path.join(import.meta.dirname, '..', 'histories', `${name}.json`);
  // Identities, sticky queues and stack traces tell about the machine that recorded them.
  const text = historyToJSON(history)
    .replace(/\d+@[\w.-]+/g, 'worker@host')
    .replace(/(?:\/[\w.-]+)+(?=\/node_modules\/)/g, '') // elsewhere where it is a link
    .replaceAll(PROJECT_ROOT, '');
  await writeFile(file, `${JSON.stringify(JSON.parse(text), null, 1)}\n`);
}

const env = await startWorkflowEnv();
try {
  await recordGenerations(env);
  await recordCancelInQueue(env);
  await recordOtherWriters(env);
  await recordOthers(env);
  await recordReruns(env);
  await recordPublications(env, { succeed, isWanted, save });
  await recordAccount(env);
  await recordGuests(env, { succeed, isWanted, save });
  await recordImages(env, { succeed, isWanted, save });
  await recordVideos(env, { succeed, isWanted, save });
} finally {
  await env.stop();
}
