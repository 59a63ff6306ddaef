import { AppError } from '../../../contracts/base/errors.js';
import type { ReplicationReport } from '../../../contracts/execution/modal.js';
import type { Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import { DAMAGED } from '../../../store/mirror/asset-copies.js';
import type { Mirror } from '../../../store/mirror/mirror.js';
import { planAssets, planSync, type Gap } from './sync-plan.js';
import type { Volume } from './volume.js';

/** What goes over in one call; a function reads no larger file. */
export const MAX_ASSET_BYTES = 32 * 1024 * 1024;
/** A publish that came in between is taken along; more of them are the next run's. */
const LOOKS = 3;
const MAIN = 'refs/heads/main';

export interface ReplicationDeps {
  readonly store: Pick<Store, 'assets' | 'revisions' | 'volumeHeads' | 'projects'>;
  /** The plain one: replication must not wait for itself. */
  readonly mirror: Mirror;
  readonly volume: Volume;
  readonly log: Log;
}

interface Project {
  readonly userId: string;
  readonly projectId: string;
}

/**
 * Brings mirror and Volume of a project, and the assets of its user, in sync (E6). Each transfer
 * is complete or not at all and is looked for anew by the next call, so that being killed
 * at any point costs nothing but a repeat.
 */
export async function syncProject(
  deps: ReplicationDeps,
  project: Project,
  dryRun: boolean,
): Promise<ReplicationReport> {
  const versions = await syncVersions(deps, project, dryRun);
  const assets = await syncAssets(deps, project.userId, dryRun);
  return {
    userId: project.userId,
    projectId: project.projectId,
    toVolume: { revisions: versions.toVolume, assets: assets.toVolume },
    toMirror: { revisions: versions.toMirror, assets: assets.toMirror },
    problem:
      [versions.problem, assets.problem].filter((problem) => problem !== null).join('; ') || null,
  };
}

interface Sent {
  toVolume: number;
  toMirror: number;
  problem: string | null;
}

async function syncVersions(
  deps: ReplicationDeps,
  project: Project,
  dryRun: boolean,
): Promise<Sent> {
  const sum: Sent = { toVolume: 0, toMirror: 0, problem: null };
  for (let look = 1; look <= LOOKS; look += 1) {
    const line = await deps.store.revisions.line(project.projectId);
    const sent = await syncOnce(deps, project, line, dryRun);
    // What a look found and did not change, the next one finds again.
    sum.toVolume = sent.toVolume + (dryRun ? 0 : sum.toVolume);
    sum.toMirror = sent.toMirror + (dryRun ? 0 : sum.toMirror);
    sum.problem = sent.problem;
    if ((await deps.store.revisions.head(project.projectId))?.revision === line[0]) break;
  }
  return sum;
}

async function syncOnce(
  deps: ReplicationDeps,
  { userId, projectId }: Project,
  line: readonly string[],
  dryRun: boolean,
): Promise<Sent> {
  const { store, mirror, volume } = deps;
  if (line.length === 0) return { toVolume: 0, toMirror: 0, problem: null };
  const noted = await store.volumeHeads.get(projectId);
  const [here, there] = await Promise.all([
    mirror.state(userId, projectId, line),
    volume.state(userId, projectId, line),
  ]);
  const { toVolume, toMirror, main, problem } = planSync(line, here, there);
  const sent: Sent = {
    toVolume: toVolume?.revisions ?? 0,
    toMirror: toMirror?.revisions ?? 0,
    problem,
  };
  if (dryRun || main === null) return sent;

  if (toMirror) await fetchToMirror(deps, userId, projectId, toMirror);
  const bundle = toVolume && (await mirror.exportBundle(userId, projectId, toVolume));
  if (here.head !== main) await mirror.advanceMain(userId, projectId, main);
  if (toVolume || there.head !== main) await volume.advanceMain(userId, projectId, main, bundle);
  await store.volumeHeads.set({ userId, projectId, revision: main, expected: noted });
  return sent;
}

/** Brings the commits of a gap from the Volume into the mirror. */
export async function fetchToMirror(
  { mirror, volume }: Pick<ReplicationDeps, 'mirror' | 'volume'>,
  userId: string,
  projectId: string,
  { have, want }: Gap,
): Promise<void> {
  const bytes = await volume.exportBundle(userId, projectId, { have, want });
  if (bytes) await mirror.importBundle(userId, projectId, { bytes, want, ref: MAIN });
}

async function syncAssets(
  { store, mirror: { assets }, volume, log }: ReplicationDeps,
  userId: string,
  dryRun: boolean,
): Promise<Sent> {
  const removed = await store.assets.removedNames(userId);
  const there = await volume.listAssets(userId);
  const plan = planAssets(
    await assets.list(userId),
    there.filter(({ name }) => !removed.has(name)),
    MAX_ASSET_BYTES,
  );
  for (const { name } of dryRun ? [] : there)
    if (removed.has(name)) await volume.removeAsset(userId, name);
  const problems = plan.problem === null ? [] : [plan.problem];
  const sent: Sent = { toVolume: 0, toMirror: 0, problem: null };
  const copy = async (
    way: 'toVolume' | 'toMirror',
    copyOne: (name: string) => Promise<void>,
  ): Promise<void> => {
    for (const name of plan[way]) {
      try {
        if (!dryRun) await copyOne(name);
        sent[way] += 1;
      } catch (error) {
        if (!isDamage(error)) throw error;
        // The others can still go.
        log.error({ err: error, userId, asset: name }, 'an asset cannot be copied');
        problems.push(`asset ${name} is damaged`);
      }
    }
  };
  await copy('toVolume', async (name) =>
    volume.writeAsset(userId, name, await assets.read(userId, name)),
  );
  await copy('toMirror', async (name) =>
    assets.write(userId, name, await volume.readAsset(userId, name)),
  );
  return { ...sent, problem: problems.join('; ') || null };
}

export function isDamage(error: unknown): boolean {
  return error instanceof AppError && error.details['reason'] === DAMAGED;
}
