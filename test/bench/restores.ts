import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { encodeVersion } from '../../src/versions/format/encode.js';
import { VersionObjects } from '../../src/versions/kept/places.js';
import { commandOn } from '../contract/ops/command.js';
import { newDataDir, startStack, type Stack } from '../support/stack.js';
import { createUser } from '../support/users.js';
import { insert } from './growth.js';
import { inParallel, type OwnMeasurement, type Row } from './measurement.js';
import { pageOf } from './versions.js';

const PROJECTS_PER_USER = 200;
const LANES = 8;
/** Of all projects, so many come between the two backups. */
const NEW_SHARE = 0.01;

/** (o) How long a backup takes, and how long all is away when the disk is lost. */
export const restores: OwnMeasurement = {
  name: 'restores',
  title: 'Backup and restore of the embedded stack: projects with a version of 40 KB each',
  pace: 'own',
  async run({ quick }) {
    const folder = await newDataDir();
    const dataDir = await newDataDir();
    try {
      return await measureRestore(quick ? 1_000 : 10_000, { folder, dataDir });
    } finally {
      for (const place of [folder, dataDir]) await rm(place, { recursive: true, force: true });
    }
  },
};

async function measureRestore(
  projects: number,
  { folder, dataDir }: { folder: string; dataDir: string },
): Promise<Row[]> {
  const rows: Row[] = [];
  const time = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const beganMs = performance.now();
    const result = await work();
    rows.push({ what, value: (performance.now() - beganMs) / 1000, unit: 's' });
    return result;
  };
  const added = Math.ceil(projects * NEW_SHARE);
  const lost = await startStack({ env: { LOG_LEVEL: 'warn' } });
  try {
    const backUp = () => must(commandOn(lost)('backup', folder));
    await addProjects(lost, projects - added);
    await time(`the first backup, ${projects - added} projects`, backUp);
    await addProjects(lost, added);
    await time(`the next one, ${added} projects more`, backUp);
  } finally {
    await lost.stop();
  }
  const dreamcore = commandOn({ dataDir });
  await time(`restore, ${projects} projects`, () => must(dreamcore('restore', folder)));
  const stack = await time('start until it is ready', () =>
    startStack({ dataDir, env: { LOG_LEVEL: 'warn' } }),
  );
  try {
    const verify = async (...how: string[]) => {
      const said = await must(dreamcore('verify', '--json', ...how));
      const { looked } = JSON.parse(said) as { looked: number };
      if (looked !== projects) throw new Error(`${looked} of ${projects} versions are looked for`);
    };
    await time('verify', () => verify('--undelete'));
    rows.push({ ...away(rows.slice(2)), what: 'all three: what was there is there again' });
    await time('verify of every byte', () => verify('--deep'));
  } finally {
    await stack.stop();
  }
  return rows;
}

const away = (parts: readonly Row[]): Row => ({
  ...{ what: '', unit: 's' },
  value: parts.reduce((sum, { value }) => sum + value, 0),
});

/** What a command prints. Throws when it fails. */
async function must(run: ReturnType<ReturnType<typeof commandOn>>): Promise<string> {
  const { code, out, err } = await run;
  if (code !== 0) throw new Error(err.trim() || out.trim());
  return out;
}

/** Projects with a version and two chat lines each, of users of some hundred. */
async function addProjects(stack: Stack, count: number): Promise<void> {
  const users: string[] = [];
  while (users.length * PROJECTS_PER_USER < count) users.push((await createUser(stack.env)).id);
  const ids = Array.from({ length: count }, () => randomUUID());
  await insert(
    stack,
    'projects',
    ids.map((id, at) => ({ id, user_id: users[at % users.length], name: `project ${at}` })),
  );
  await insert(
    stack,
    'chat_history',
    ids.flatMap((id, at) =>
      ['user', 'assistant'].map((role) => ({
        project_id: id,
        role,
        message: `line ${at} `.repeat(20),
      })),
    ),
  );
  const objects = new VersionObjects(createFileObjectStore(stack.dataDir));
  await insert(
    stack,
    'revisions',
    await inParallel(count, LANES, (at) => firstVersion(objects, ids[at] ?? '', at)),
  );
}

/** The object of a project's first version; answers its row. */
async function firstVersion(
  objects: VersionObjects,
  projectId: string,
  at: number,
): Promise<object> {
  const jobId = randomUUID();
  const subject = `game ${at}`;
  const made = await encodeVersion({
    ...{ parent: null, message: { subject, trailers: { 'Job-Id': jobId } }, madeAt: new Date() },
    ...{ kept: [], files: [{ path: 'index.html', bytes: pageOf(at) }] },
  });
  const { workId, sha, sizeBytes } = await objects.put(projectId, jobId, made);
  return {
    ...{ project_id: projectId, ordinal: 1, revision: made.manifest.revision, parent: null },
    ...{ job_id: workId, kind: 'generate', subject, object_sha: sha, object_bytes: sizeBytes },
    refs: [],
  };
}
