import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { chatLineIdFor, streamWorkflowId } from '../../contracts/base/ids.js';
import { RecordingLine } from '../../contracts/execution/recording.js';
import type { ObjectStore } from '../../objects/object-store.js';
import { BUILD_DIR } from '../../process/programs.js';
import type { Store } from '../../store/index.js';
import { absentVersionAs, type Versions } from '../../versions/kept/versions.js';
import { readWorkerBuild } from '../../process/worker-build.js';
import { readRecording } from '../jobs/left.js';
import { readJob } from '../jobs/show.js';
import type { ShownJob } from '../jobs/shown.js';
import { recordingText } from '../recording-text.js';
import { openRunningStore } from '../running-store.js';
import { readSettings } from '../settings.js';
import { readStackFile } from '../stack-file.js';
import { withServer } from '../with-server.js';
import { createCleaner, type Cleaner } from './clean.js';
import { PARTS, recordingPart, versionPart, type ArchivedJob } from './format.js';

/** Lines of the log about one job; a sound one has fewer. */
const MAX_LOG_LINES = 20_000;

export interface CollectOptions {
  readonly envFile?: string | undefined;
  /** Files of log lines beside this host's own, such as those of containers; `-` = stdin. */
  readonly log?: readonly string[];
}

/** Collects everything of a job or an action that is known here, without keys and tokens. */
export async function collectParts(
  id: string,
  { envFile, log: logs = [] }: CollectOptions,
): Promise<{ parts: Map<string, Buffer>; missing: string[] }> {
  const { store, objects, versions, config } = await openRunningStore(envFile);
  const shown = await readJob(id, envFile);
  const stack = await readStackFile(config.DATA_DIR);
  const cleaner = createCleaner([
    readSettings(envFile).env,
    stack?.provided ?? {},
    await keptSecrets(config.DATA_DIR),
  ]);
  const missing = [...shown.missing];
  const parts = new Map<string, Buffer>();
  const recordings = await readRecordings(objects, shown, cleaner);
  const parent = await parentOf(shown, recordings);
  const parcels = await readParcels(versions, shown, parent);
  const job = await describeJob(store, shown, parent, [...parcels.keys()]);
  parts.set(PARTS.job.name, Buffer.from(JSON.stringify(cleaner.json(job), null, 2)));
  for (const [name, bytes] of await readHistories(shown, cleaner, envFile)) parts.set(name, bytes);
  for (const [attempt, bytes] of recordings) parts.set(recordingPart(attempt), bytes);
  for (const [revision, bytes] of parcels) parts.set(versionPart(revision), bytes);
  const log = await readLogs([...(await ownLogs(config.DATA_DIR)), ...logs], id);
  if (log.length > 0) parts.set(PARTS.log.name, Buffer.from(`${cleaner.text(log.join('\n'))}\n`));
  for (const { name } of [PARTS.history, PARTS.log])
    if (!parts.has(name)) missing.push(`${name}: there is none here`);
  if (parcels.size === 0) missing.push('versions: there are none here');
  if (recordings.size === 0) missing.push('recordings: there are none here');
  return { parts, missing };
}

/** Secrets that the stack made for itself, as variables. */
async function keptSecrets(dataDir: string): Promise<Record<string, string>> {
  const folder = path.join(dataDir, 'secrets');
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, at) => [`secret ${name}`, (texts[at] ?? '').trim()]));
}

async function describeJob(
  store: Store,
  shown: ShownJob,
  parent: string | null,
  versions: ArchivedJob['versions'],
): Promise<ArchivedJob> {
  const { id, project_id: projectId } = shown.work;
  const lineIds = (['user', 'assistant'] as const).map((role) => chatLineIdFor(id, role));
  const lines = projectId === null ? [] : await store.chatHistory.lines(projectId, lineIds);
  const build = BUILD_DIR === null ? null : await readWorkerBuild(BUILD_DIR);
  return {
    format: 2,
    exportedAt: new Date().toISOString(),
    build: build?.buildId ?? null,
    id,
    shown,
    row: await store.jobs.get(id),
    chat: lines.map(({ item: { role, content, timestamp } }) => ({ role, content, timestamp })),
    parent,
    versions,
  };
}

/** What Temporal has written down of the run, and of the stream of its events. */
async function readHistories(
  { work, run }: ShownJob,
  cleaner: Cleaner,
  envFile: string | undefined,
): Promise<(readonly [string, Buffer])[]> {
  const wanted = [
    ...(run === null ? [] : [[PARTS.history.name, run.workflowId, run.runId] as const]),
    ...(work.kind === 'generate'
      ? [[PARTS.stream.name, streamWorkflowId(work.id), undefined] as const]
      : []),
  ];
  return withServer<(readonly [string, Buffer])[]>(
    envFile,
    async (client) => {
      const found = await Promise.all(
        wanted.map(async ([name, workflowId, runId]) => {
          const history = await readHistory(client, workflowId, runId);
          if (history === null) return [];
          const clean = cleaner.json(JSON.parse(history));
          return [[name, Buffer.from(JSON.stringify(clean, null, 1))] as const];
        }),
      );
      return found.flat();
    },
    () => [],
  );
}

async function readHistory(
  client: Client,
  workflowId: string,
  runId: string | undefined,
): Promise<string | null> {
  try {
    return historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function readRecordings(
  objects: ObjectStore,
  { work, recordings }: ShownJob,
  cleaner: Cleaner,
): Promise<Map<number, Buffer>> {
  const found = new Map<number, Buffer>();
  for (const { attempt } of recordings) {
    const bytes = await readRecording(objects, work, attempt);
    if (bytes !== null) found.set(attempt, await cleaner.recording(bytes));
  }
  return found;
}

/** The version that it worked on: as published, else as its last run had it. */
async function parentOf(
  { version }: ShownJob,
  recordings: ReadonlyMap<number, Buffer>,
): Promise<string | null> {
  if (version !== null) return version.parent;
  const last = [...recordings.values()].at(-1);
  if (last === undefined) return null;
  const [first = ''] = (await recordingText(last)).split('\n', 1);
  const line = RecordingLine.parse(JSON.parse(first));
  return line.type === 'run' ? line.input.parent : null;
}

/** The parent, the version and what is kept besides, each whole, as far as they are there. */
async function readParcels(
  versions: Pick<Versions, 'parcel'>,
  { work, version, kept }: ShownJob,
  parent: string | null,
): Promise<Map<string, Buffer>> {
  const { id: workId, project_id: projectId } = work;
  const parcels = new Map<string, Buffer>();
  if (projectId === null) return parcels;
  const named = [parent, version?.revision ?? null, ...kept.map(({ revision }) => revision)];
  for (const revision of named) {
    if (revision === null || parcels.has(revision)) continue;
    const bytes = await versions
      .parcel({ projectId, workId, revision })
      .catch(absentVersionAs(null));
    if (bytes !== null) parcels.set(revision, bytes);
  }
  return parcels;
}

/** What the processes of `npm start` wrote, by their names. */
async function ownLogs(dataDir: string): Promise<string[]> {
  const folder = path.join(dataDir, 'logs');
  const names = await readdir(folder).catch(() => []);
  return names.sort().map((name) => path.join(folder, name));
}

/** Lines that name the job, without what a container engine puts before them. */
async function readLogs(files: readonly string[], id: string): Promise<string[]> {
  const lines: string[] = [];
  for (const file of files) {
    const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
    for await (const line of createInterface({ input }))
      if (line.includes(id) && lines.length < MAX_LOG_LINES) lines.push(withoutPrefix(line));
  }
  return lines;
}

/** `api-1  | {…}` of Compose, `2026-12-02T… {…}` of an engine's timestamps. */
const withoutPrefix = (line: string): string => line.replace(/^[^{]{1,200}(?=\{.*\}$)/, '');
