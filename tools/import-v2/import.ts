import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../src/contracts/base/errors.js';
import { isUuid } from '../../src/contracts/base/ids.js';
import { connect } from '../../src/store/tables/client.js';
import { openObjects } from '../../src/objects/open.js';
import type { ObjectStore } from '../../src/objects/object-store.js';
import { VersionObjects } from '../../src/versions/kept/places.js';
import { createVersions, type Versions } from '../../src/versions/kept/versions.js';
import { v2ImportTables, type V2Import } from './tables.js';
import { importAssets } from './assets.js';
import { importBeside } from './beside.js';
import { isThere, listFolder } from './files.js';
import { importProject } from './project.js';
import { emptyReport, renderReport, type ImportReport } from './report.js';
import { shown, type Answer, type Output } from '../../src/ops/options.js';
import { findRunningStore } from '../../src/ops/running-store.js';

interface ImportOptions extends Output {
  readonly dryRun?: boolean;
  /** This user only, and no global assets. */
  readonly user?: string;
}

export interface ImportPlaces {
  readonly tables: V2Import;
  /** V2's data folder; nothing in it is changed, unless it is ours as well. */
  readonly from: string;
  /** `DATA_DIR` of this installation. */
  readonly to: string;
  readonly objects: ObjectStore;
}

/**
 * `npx dreamcore import-v2`: adopts V2's data folder next to its database. 1 = something could not
 * be taken.
 */
export async function importV2(dataDir: string, options: ImportOptions): Promise<Answer> {
  if (options.user !== undefined && !isUuid(options.user))
    throw new Error('--user takes the id of a user');
  const { access, config } = await findRunningStore(options.envFile);
  const from = await realpath(dataDir).catch(() => {
    throw new Error(`There is no folder ${dataDir}.`);
  });
  if ((await listFolder(path.join(from, 'users'))) === null)
    throw new Error(`${from} is not a data folder of V2: it has no folder "users".`);
  if (!options.dryRun) await mkdir(config.DATA_DIR, { recursive: true });
  const to = await realpath(config.DATA_DIR).catch(() => config.DATA_DIR);
  const tables = v2ImportTables(connect(access.SUPABASE_URL, access.SUPABASE_SERVICE_ROLE_KEY));
  const report = await runImport(
    { tables, from, to, objects: openObjects({ ...config, DATA_DIR: to }) },
    { dryRun: options.dryRun ?? false, user: options.user ?? null },
  );
  return {
    text: shown(report, options, renderReport),
    exitCode: report.problems.length > 0 ? 1 : 0,
  };
}

/**
 * The import itself. May be run again at any time, also after it was killed: it takes what is not
 * taken yet.
 */
export async function runImport(
  places: ImportPlaces,
  { dryRun, user }: { dryRun: boolean; user: string | null },
): Promise<ImportReport> {
  const report = emptyReport(dryRun);
  // What is left there by one that was killed is removed with old scratch folders
  // (`collectGarbage`).
  const scratchDir = path.join(
    dryRun ? tmpdir() : path.join(places.to, 'scratch'),
    `import-v2-${randomUUID()}`,
  );
  try {
    await mkdir(scratchDir, { recursive: true });
    const tools = {
      ...places,
      dryRun,
      scratchDir,
      places: new VersionObjects(places.objects),
      versions: createVersions(places.objects, places.tables),
    };
    if (user === null) await takeAssets(tools, null, report);
    for (const name of (await listFolder(path.join(places.from, 'users'))) ?? []) {
      if (user !== null && name !== user.toLowerCase()) continue;
      await importUser(tools, name, report).catch((error: unknown) =>
        report.problems.push(`user ${name}: ${messageOf(error)}`),
      );
    }
    if (user !== null && report.users === 0 && report.problems.length === 0)
      report.problems.push(`user ${user}: has no folder`);
    return report;
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}

type Tools = ImportPlaces & {
  readonly dryRun: boolean;
  readonly scratchDir: string;
  readonly places: VersionObjects;
  readonly versions: Versions;
};

async function importUser(tools: Tools, name: string, report: ImportReport): Promise<void> {
  const folder = path.join(tools.from, 'users', name);
  if (!isUuid(name) || name !== name.toLowerCase() || (await listFolder(folder)) === null) {
    report.problems.push(`users/${name}: is not the folder of a user`);
    return;
  }
  if (!(await tools.tables.hasUser(name))) {
    report.problems.push(`user ${name}: is not in the database`);
    return;
  }
  report.users += 1;
  await takeAssets(tools, name, report);
  const rows = new Set(await tools.tables.projectsOf(name));
  for (const part of ['projects', 'assets']) {
    const isLost =
      (await listFolder(path.join(folder, part))) === null &&
      (await isThere(path.join(folder, part)));
    if (isLost)
      report.problems.push(`user ${name}: ${part} is not a folder; nothing in it is taken`);
  }
  const folders = (await listFolder(path.join(folder, 'projects'))) ?? [];
  report.withoutFolder += [...rows].filter((id) => !folders.includes(id)).length;
  for (const id of folders) {
    if (!rows.has(id))
      report.problems.push(
        `project ${id} of user ${name}: is not in the database as a project of this user`,
      );
    else if ((await listFolder(path.join(folder, 'projects', id))) === null)
      report.problems.push(`project ${id} of user ${name}: is not a folder`);
    else
      await takeProject(
        tools,
        { userId: name, projectId: id, folder: path.join(folder, 'projects', id) },
        report,
      );
  }
}

async function takeAssets(
  tools: Tools,
  ownerId: string | null,
  report: ImportReport,
): Promise<void> {
  const whose = ownerId === null ? 'global' : `user ${ownerId}`;
  try {
    const { taken, present, unknownFiles, problems } = await importAssets(tools, ownerId);
    report.assets += taken;
    report.comparedAssets += present;
    report.unknownFiles += unknownFiles;
    report.problems.push(...problems.map((problem) => `${whose}: ${problem}`));
  } catch (error) {
    report.problems.push(`${whose}: the assets could not be taken: ${messageOf(error)}`);
  }
}

async function takeProject(
  tools: Tools,
  project: { userId: string; projectId: string; folder: string },
  report: ImportReport,
): Promise<void> {
  const { userId, projectId, folder } = project;
  report.projects += 1;
  const { versions, compared, hasState, head, problems } = await importProject(tools, project);
  const here = (problem: string): string => `project ${projectId} of user ${userId}: ${problem}`;
  report.problems.push(...problems.map(here));
  report.versions += versions;
  report.comparedVersions += compared;
  report.states += hasState ? 1 : 0;
  report.changedProjects += versions > 0 || hasState ? 1 : 0;
  try {
    const beside = await importBeside(tools, projectId, folder, head);
    report.media += beside.media;
    report.drafts += beside.hasDraft ? 1 : 0;
    report.problems.push(...beside.problems.map(here));
  } catch (error) {
    report.problems.push(here(messageOf(error)));
  }
}
