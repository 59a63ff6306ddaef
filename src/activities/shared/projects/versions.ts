import { cut } from '../../../contracts/base/cut.js';
import { crashPoint } from '../../../process/crash-points.js';
import { AppError, ERROR_POLICY } from '../../../contracts/base/errors.js';
import { BAR } from '../../../contracts/messages/bar.js';
import { message } from '../../../contracts/messages/message.js';
import type { RestoreOutcome } from '../../../contracts/durable/workflows.js';
import type { Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { StreamWriter } from '../../../stream/writer.js';
import { restoreVersion } from '../../../versions/kept/again.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { JobActivities, PublishInput } from '../../ports/job-port.js';
import type { RestoreActivities } from '../../ports/version-ports.js';
import { announce } from '../jobs/progress.js';
import { withKeptPlay, type ScreenshotDeps } from '../media/version-screenshots.js';
import { objectOf } from './version-object.js';

/** Longest commit subject shown as a version's name, characters (generation.md §12). */
const MAX_SUBJECT_CHARS = 50;
/**
 * Two writers of one project cannot meet (A1); a second look is enough when a publish came in
 * between.
 */
const HEAD_ATTEMPTS = 3;

/** What a version is called in lists. */
export const shortSubject = (text: string): string =>
  cut(text.replace(/\s+/g, ' ').trim(), MAX_SUBJECT_CHARS);

const KEEPING = { progress: BAR.keeps, message: message('STEP_KEEPING') };

export interface VersionDeps extends ScreenshotDeps {
  stream: StreamWriter;
  store: Pick<Store, 'actions' | 'jobs' | 'projects' | 'revisions'>;
  versions: Versions;
}

/** The line of versions: publishing a candidate, making an old version current (E4, E5). */
export function versionActivities(
  deps: VersionDeps,
): Pick<JobActivities, 'publishRevision'> & RestoreActivities {
  return {
    publishRevision: (input) => publishRevision(deps, input),

    async openRestore({ actionId, userId, projectId }) {
      const row = { id: actionId, userId, projectId, kind: 'restore' } as const;
      const opened = await deps.store.actions.open(row);
      return opened.outcome === 'refused' ? 'denied' : 'opened';
    },

    async restoreRevision(input) {
      const outcome = await onNewestVersion(() => restoreRevision(deps, input)).catch(
        (error: unknown): RestoreOutcome => {
          endOf(deps.log, error);
          return { ok: false, error: 'OPERATION_FAILED' };
        },
      );
      if (outcome.ok)
        await deps.store.actions.complete(input.actionId, { revision: outcome.revision });
      else await deps.store.actions.fail(input.actionId, outcome.error);
      return outcome;
    },
  };
}

/** What cannot get better by another attempt ends the action; the rest is tried again. */
export function endOf(log: Log, error: unknown): AppError {
  if (!(error instanceof AppError) || ERROR_POLICY[error.kind].retry) throw error;
  log.warn({ kind: error.kind, detail: error.message }, 'making a version failed');
  return error;
}

async function publishRevision(
  deps: VersionDeps,
  input: PublishInput,
): Promise<{ revision: string }> {
  const { store, versions } = deps;
  const { jobId, projectId, revision, parent, place } = input;
  if (place) await announce(deps, jobId, place, KEEPING);
  crashPoint('after-return-before-import');
  // It was checked when it was taken in (E3).
  const made = await versions.describe({ projectId, revision, workId: jobId });
  const object = await objectOf(versions, projectId, made);
  crashPoint('after-import-before-publish');
  const subject = shortSubject(input.subject);
  const row = await withKeptPlay(deps, input, input.play ?? null, ({ play, screenshot }) =>
    store.revisions.publish({
      projectId,
      revision,
      parent,
      jobId,
      kind: 'generate',
      subject,
      restoredFrom: null,
      play,
      screenshot,
      object,
    }),
  );
  crashPoint('after-publish-before-complete');
  return { revision: row.revision };
}

/** Does work upon the newest version, anew when another one came meanwhile. */
export async function onNewestVersion<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isStale = error instanceof AppError && error.details['reason'] === 'STALE_PARENT';
      if (!isStale || attempt >= HEAD_ATTEMPTS) throw error;
    }
  }
}

async function restoreRevision(
  deps: VersionDeps,
  input: Parameters<RestoreActivities['restoreRevision']>[0],
): Promise<RestoreOutcome> {
  const { store, versions } = deps;
  const { actionId, projectId, versionId } = input;
  const [head, target] = await Promise.all([
    store.revisions.head(projectId),
    store.revisions.resolve(projectId, versionId),
  ]);
  if (!head) return { ok: false, error: 'NothingToRestore' };
  if (!target) return { ok: false, error: 'VersionNotFound' };
  const subject = `Restored ${target.revision.slice(0, 7)}`;
  const work = { projectId, workId: actionId };
  const made = await restoreVersion(versions, work, {
    from: target.revision,
    parent: head.revision,
    subject,
  });
  const object = await objectOf(versions, projectId, made);
  crashPoint('after-restore-commit');
  const row = await store.revisions.publish({
    projectId,
    revision: made.revision,
    parent: head.revision,
    jobId: actionId,
    kind: 'restore',
    subject,
    restoredFrom: target.revision,
    object,
  });
  crashPoint('after-restore-publish-before-answer');
  return { ok: true, revision: row.revision };
}
