import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, realpath, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type {
  AgentActivities,
  RunAgentInput,
  RunAgentOutcome,
} from '../../../src/activities/ports/agent-port.js';
import type { FileActivities } from '../../../src/activities/ports/project-files-port.js';
import type { ImageActivities } from '../../../src/activities/ports/image-ports.js';
import type { VideoActivities } from '../../../src/activities/ports/video-ports.js';
import type { GenerationSpec } from '../../../src/activities/ports/plan-port.js';
import type { PlayActivities, SearchActivities } from '../../../src/activities/ports/play-port.js';
import { parseWorkerConfig, type WorkerConfig } from '../../../src/config.js';
import { callbackKeyOf, callbackMac } from '../../../src/contracts/base/signatures.js';
import type { JobEvent } from '../../../src/contracts/durable/stream.js';
import type { StreamWriter } from '../../../src/stream/writer.js';
import { startDemoServer } from '../../../dev/demo-model/server.js';
import { createVideos, type Videos } from '../../../src/objects/videos.js';
import { createPlayRecords, type PlayRecords } from '../../../src/objects/play-records.js';
import { createScreenshots, type Screenshots } from '../../../src/objects/screenshots.js';
import { createTapes, type Tapes } from '../../../src/objects/tapes.js';
import { createActionImages, type ActionImages } from '../../../src/objects/action-images.js';
import { createAssets, type Assets } from '../../../src/objects/assets.js';
import type { ObjectStore } from '../../../src/objects/object-store.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createVersions, type Versions } from '../../../src/versions/kept/versions.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import { newAsset } from '../../support/own-assets.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';

export const MODEL_KEY = 'sk-test-the-real-key-0123456789';
export const CALLBACK_SECRET = 'the-master-secret-of-this-test-0123456789';
/** Of the image model. */
export const IMAGE_KEY = 'a-key-of-the-image-model-0123456789';
export { log };

/**
 * What a set of activities stands on: database, versions, a model that plays a script, and
 * somebody who listens to the runs.
 */
export interface PortFixture {
  readonly database: TestDatabase;
  readonly versions: Versions;
  readonly dataDir: string;
  readonly model: FakeMessages;
  /** The model's name; appears in the arguments of every process of a run. */
  readonly modelName: string;
  readonly listener: Listener;
  readonly images: ActionImages;
  readonly videos: Videos;
  readonly assets: Assets;
  readonly objects: ObjectStore;
  readonly records: PlayRecords;
  readonly tapes: Tapes;
  readonly screenshots: Screenshots;
  /** What plays have told the listeners of their jobs. */
  readonly appended: readonly Appended[];
  readonly stream: StreamWriter;
  /** What the image model was asked, in order. */
  readonly imageRequests: readonly string[];
  /** Configuration of a worker; what is given comes on top. */
  config(changes?: Readonly<Record<string, string>>): WorkerConfig;
  /** What the model does from now on; forgets what it was asked before. */
  script(...replies: Reply[]): void;
  newProject(userId?: string): Promise<Place>;
  /** A public asset of the place's owner, with these bytes; answers its id. */
  newAsset(place: Place, bytes: Buffer, extension: string): Promise<string>;
  /** Opens a job and counts its first attempt. */
  openRun(place: Place, spec?: Partial<GenerationSpec>): Promise<RunAgentInput>;
  /** The same job once more, as the workflow does after a failure. */
  nextAttempt(input: RunAgentInput): Promise<RunAgentInput>;
  /** Makes the version current, as the workflow does after the run. */
  publish(input: RunAgentInput, revision: string): Promise<void>;
  /** Revisions of the job's candidates that are kept, the newest first. */
  candidates(input: RunAgentInput): Promise<string[]>;
  /** Processes that work on a run of this fixture now. */
  processes(): Promise<string[]>;
  stop(): Promise<void>;
}

interface Appended {
  jobId: string;
  attempt: number;
  firstSeq: number;
  events: readonly JobEvent[];
}

export interface Place {
  userId: string;
  projectId: string;
}

/** One backend as the suite sees it. */
export interface PortSet {
  readonly name: 'local' | 'modal';
  readonly agent: AgentActivities;
  readonly files: FileActivities;
  readonly images: ImageActivities;
  readonly videos: VideoActivities;
  readonly plays: PlayActivities;
  readonly searches: SearchActivities;
  /** Whether a process with these arguments is a runner of this set. */
  isRunner(args: string): boolean;
  /** Where this set keeps a project's files. */
  projectFolder(place: Place): string;
  /** Where it keeps what is the user's, and not a project's alone. */
  userFolder(place: Place): string;
  stop(): Promise<void>;
}

export interface Started<T = RunAgentOutcome> {
  outcome: Promise<T>;
  env: MockActivityEnvironment;
  beats: unknown[];
}

/**
 * Starts `runAgent` in a context of its own; `heartbeatDetails` are what an earlier delivery of the
 * same activity left.
 */
export function start(
  agent: AgentActivities,
  input: RunAgentInput,
  heartbeatDetails?: unknown,
  info: Partial<Info> = {},
): Started {
  return inActivity((given) => agent.runAgent(given), input, heartbeatDetails, info);
}

/** The same for any activity. */
export function inActivity<I, T>(
  activity: (input: I) => Promise<T>,
  input: I,
  heartbeatDetails?: unknown,
  info: Partial<Info> = {},
): Started<T> {
  const env = new MockActivityEnvironment(
    heartbeatDetails === undefined ? info : { ...info, heartbeatDetails, attempt: 2 },
    { logger: new DefaultLogger('ERROR') },
  );
  const beats: unknown[] = [];
  env.on('heartbeat', (details: unknown) => beats.push(details));
  const outcome: Promise<T> = env.run(activity, input);
  outcome.catch(() => undefined);
  return { outcome, env, beats };
}

export async function startPortFixture(): Promise<PortFixture> {
  const database = await startDatabase();
  const dataDir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dreamcore-ports-')));
  const objects = createFileObjectStore(dataDir);
  const versions = createVersions(objects, database.store.revisions);
  const replies: Reply[] = [];
  const imageRequests: string[] = [];
  const appended: Appended[] = [];
  const [model, listener, imageModel] = await Promise.all([
    startFakeMessages(replies),
    startListener((actionId, percent) =>
      database.store.actions.noteProgress(actionId, percent).catch(() => false),
    ),
    startDemoServer({
      onImageRequest: ({ prompt }) => {
        imageRequests.push(prompt);
      },
    }),
  ]);
  const modelName = `model-${randomUUID()}`;
  const startAttempt = async (jobId: string): Promise<number> => {
    const started = await database.store.usage.reserve({
      jobId,
      backend: 'local',
      estimateUsd: 1,
      purseUsd: 1,
      userLimitUsd: 0,
      budgetUsd: 0,
    });
    if (started?.outcome !== 'started') throw new Error('the attempt was refused');
    return started.attempt;
  };
  return {
    database,
    versions,
    dataDir,
    model,
    modelName,
    listener,
    imageRequests,
    images: createActionImages(objects),
    videos: createVideos(objects),
    assets: createAssets(objects),
    objects,
    records: createPlayRecords(objects),
    tapes: createTapes(objects),
    screenshots: createScreenshots(objects),
    appended,
    stream: {
      async append(jobId, attempt, firstSeq, events) {
        appended.push({ jobId, attempt, firstSeq, events });
      },
    },
    config: (changes = {}) =>
      parseWorkerConfig({
        ...database.config,
        DATA_DIR: dataDir,
        ANTHROPIC_API_KEY: MODEL_KEY,
        ANTHROPIC_BASE_URL: model.url,
        CLAUDE_MODEL: modelName,
        // Their models are scripts, which end when they say so.
        RUN_PLAYS: '0',
        CALLBACK_SECRET,
        GEMINI_API_KEY: IMAGE_KEY,
        GEMINI_BASE_URL: `${imageModel.url}/gemini`,
        CALLBACK_BASE_URL: listener.url,
        START_TIMEOUT_MS: '40000',
        NO_PROGRESS_TIMEOUT_MS: '40000',
        VIDEO_SECONDS: '1',
        VIDEO_SCALE: '0.5',
        ...changes,
      }),
    script(...next) {
      replies.splice(0, replies.length, ...next);
      model.requests.length = 0;
    },
    async newProject(userId) {
      const owner = userId ?? (await database.newUserId());
      const project = await database.store.projects.create(owner, '新しいゲーム');
      return { userId: owner, projectId: project.id };
    },
    async newAsset(place, bytes, extension) {
      return (await newAsset(database, dataDir, place, { bytes, extension })).id;
    },
    async openRun({ userId, projectId }, spec = {}) {
      await database.sql(
        `update public.jobs set status = 'failed' where user_id = $1 and status in ` +
          `('pending', 'processing')`,
        [userId],
      );
      const jobId = randomUUID();
      await database.store.jobs.open({
        id: jobId,
        userId,
        projectId,
        content: 'ゲームを作って',
        chatId: randomUUID(),
        maxQueuedJobs: 50,
      });
      await database.store.jobs.startProcessing(jobId, true);
      const full = {
        request: 'ゲームを作って',
        dimension: null,
        styleId: null,
        autoFix: false,
        parent: null,
        ...spec,
      };
      return { jobId, userId, projectId, attempt: await startAttempt(jobId), spec: full };
    },
    nextAttempt: async (input) => ({ ...input, attempt: await startAttempt(input.jobId) }),
    async publish({ jobId, projectId, spec }, revision) {
      const { place } = await versions.describe({ projectId, revision, workId: jobId });
      await database.store.revisions.publish({
        projectId,
        revision,
        parent: spec.parent,
        jobId,
        kind: 'generate',
        subject: spec.request,
        restoredFrom: null,
        object: { sha: place.sha, bytes: place.sizeBytes, refs: [] },
      });
    },
    async candidates({ projectId, jobId }) {
      const made = await versions.candidates({ projectId, workId: jobId });
      return made.map(({ revision }) => revision);
    },
    processes: () => processesWith((args) => args.includes(modelName)),
    async stop() {
      await Promise.all([model.close(), listener.close(), imageModel.close()]);
      await database.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runners of this set that are alive. */
export function processesOf(set: PortSet): Promise<string[]> {
  return processesWith((args) => set.isRunner(args));
}

async function processesWith(isWanted: (args: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const args = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (isWanted(args)) found.push(`${name} ${args.replaceAll('\0', ' ').slice(0, 80)}`);
  }
  return found;
}

/** Takes every post of every run. */
export interface Listener {
  url: string;
  /** What a call has said, in order. */
  textOf(callId: string): string;
  /** Posts that were not signed with their own call's key. */
  forged: string[];
  close(): Promise<void>;
}

interface Post {
  callId: string;
  fromSeq: number;
  events: { type: string; content?: string; progress?: number }[];
}

/** As the API does, it tells an action's row how far the action is. */
async function startListener(
  noteProgress: (actionId: string, percent: number) => Promise<unknown>,
): Promise<Listener> {
  const texts = new Map<string, string[]>();
  const forged: string[] = [];
  const server = createServer((request, response) => {
    void readAll(request).then((raw) => {
      // What a run leaves is no event (E8).
      if (request.url?.endsWith('/recording')) return response.end('{}');
      const post = JSON.parse(raw) as Post;
      const mac = callbackMac(
        callbackKeyOf(CALLBACK_SECRET, post.callId),
        String(request.headers['x-stream-timestamp']),
        raw,
      ).toString('hex');
      if (request.headers['x-stream-signature'] !== `v1=${mac}`) forged.push(post.callId);
      const heard = texts.get(post.callId) ?? [];
      post.events.forEach((event, index) => {
        heard[post.fromSeq + index] = event.type === 'stream' ? (event.content ?? '') : '';
      });
      texts.set(post.callId, heard);
      const actionId = /\/callback\/actions\/([^/]+)$/.exec(request.url ?? '')?.[1];
      const percent = post.events.findLast(({ type }) => type === 'progress')?.progress;
      if (actionId !== undefined && percent !== undefined) void noteProgress(actionId, percent);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ackedSeq: post.fromSeq + post.events.length - 1, cancel: false }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forged,
    textOf: (callId) => (texts.get(callId) ?? []).join(''),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
