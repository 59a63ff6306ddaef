import { z } from 'zod';
import { AppError, type ErrorKind } from '../../contracts/errors.js';
import { storable, VERSION_ID_PATTERN } from '../../contracts/ids.js';
import { screenshotUrlOf, PlayReport, summaryOf } from '../../contracts/play.js';
import { RevisionKind, type RevisionRow } from '../../contracts/rows.js';
import type { Version, VersionMark } from '../../contracts/versions.js';
import { ask, askFirst, isRefusedValue, type Client } from './client.js';

export const StoredRevision: z.ZodType<RevisionRow> = z.object({
  project_id: z.string(),
  ordinal: z.number().int(),
  revision: z.string(),
  parent: z.string().nullable(),
  job_id: z.string(),
  kind: RevisionKind,
  subject: z.string(),
  restored_from: z.string().nullable(),
  created_at: z.string(),
  // Of an older player it may be anything: it is not known then.
  play: PlayReport.nullable().catch(null),
  screenshot: z.string().nullable(),
  name: z.string().nullable(),
  is_bookmarked: z.boolean(),
});
const Rows = z.array(StoredRevision);
const Seen = z.array(z.object({ project_id: z.string(), revision: z.string() }));

const Shown = z.object({
  revision: z.string(),
  ordinal: z.number().int(),
  number: z.number().int(),
  serial: z.number().int(),
  subject: z.string(),
  created_at: z.string(),
  is_current: z.boolean(),
  is_ambiguous: z.boolean(),
  play: PlayReport.nullable().catch(null),
  screenshot: z.string().nullable(),
  name: z.string().nullable(),
  is_bookmarked: z.boolean(),
});

const Marked = z.object({ name: z.string().nullable(), is_bookmarked: z.boolean() });

/** Versions of one page. */
const PAGE_SIZE = 20;
const SHORT_DIGITS = 7;
/** A hosted PostgREST answers no more rows at a time. */
const LINE_LENGTH = 1_000;
/** Hashes in one address. */
const REVISIONS_AT_ONCE = 100;
const Revisions = z.array(z.object({ revision: z.string() }));

/**
 * What the database function says → the kind that its callers act on; `details.reason` keeps the
 * word.
 */
const REFUSALS: Readonly<Record<string, ErrorKind>> = {
  JOB_NOT_ACTIVE: 'RunCancelled',
  STALE_PARENT: 'RunSuperseded',
  VERSION_NOT_FOUND: 'VersionNotFound',
};

export interface PublishRevision {
  readonly projectId: string;
  readonly revision: string;
  /** The head that this one was made from; null for a project's first. */
  readonly parent: string | null;
  /** Job or action that made it. */
  readonly jobId: string;
  readonly kind: RevisionKind;
  readonly subject: string;
  readonly restoredFrom: string | null;
  /** What its play has found (J1). */
  readonly play?: PlayReport | null;
  /** Names its screenshot among those of the project; of a restore the database knows it. */
  readonly screenshot?: string | null;
}

interface Place {
  readonly projectId: string | null;
  readonly revision: string;
}

export interface MarkChange {
  readonly name?: string | undefined;
  readonly isBookmarked?: boolean | undefined;
}

export type Revisions = ReturnType<typeof revisionsTable>;

/** Table `revisions`: a project's line of versions (E4), for the service role. */
export function revisionsTable(client: Client) {
  return {
    /** The newest revision of any kind: the project's files. Null = nothing was made yet. */
    head: (projectId: string): Promise<RevisionRow | null> => headOf(client, projectId),

    /** The head as it was before that time. */
    headAt: (projectId: string, at: string): Promise<RevisionRow | null> =>
      headOf(client, projectId, at),

    /** Which of these revisions were published, in whatever project. */
    published: (revisions: readonly string[]) => publishedOf(client, revisions),

    /** Hashes of the newest revisions of any kind, newest first, at most {@link LINE_LENGTH}. */
    async line(projectId: string): Promise<string[]> {
      const query = client
        .from('revisions')
        .select('revision')
        .eq('project_id', projectId)
        .order('ordinal', { ascending: false })
        .limit(LINE_LENGTH);
      const line = await ask('read the line of revisions', query, Revisions);
      return line.map(({ revision }) => revision);
    },

    /** What a job published; null = it has not passed its commit point. */
    ofJob: (jobId: string): Promise<RevisionRow | null> =>
      askFirst(
        'find what the job published',
        client.from('revisions').select('*').eq('job_id', jobId),
        StoredRevision,
      ),

    /**
     * The commit point, exactly once per job: what an earlier call published is answered as it was.
     * Throws `RunCancelled` (the job has ended), `RunSuperseded` (`parent` is not the head any
     * more), `VersionNotFound`.
     */
    publish: (revision: PublishRevision): Promise<RevisionRow> => publishRevision(client, revision),

    /**
     * The versions a player sees, newest first, 20 of them, older than ordinal `before` if given,
     * all or the bookmarked ones.
     */
    async list(projectId: string, before?: number, bookmarkedOnly = false): Promise<Version[]> {
      const call = client.rpc('list_versions', {
        p_project_id: projectId,
        p_before: before ?? null,
        p_limit: PAGE_SIZE,
        p_bookmarked_only: bookmarkedOnly,
      });
      const shown = await ask('list the versions', call, z.array(Shown));
      return shown.map((version) => toVersion(projectId, version));
    },

    /** What is absent stays as it is, an empty name is none; null = there is no such version. */
    async mark(
      projectId: string,
      revision: string,
      { name, isBookmarked }: MarkChange,
    ): Promise<VersionMark | null> {
      const call = client.rpc('mark_version', {
        p_project_id: projectId,
        p_revision: revision,
        p_name: name ?? null,
        p_is_bookmarked: isBookmarked ?? null,
      });
      const marked = await ask('mark the version', call, Marked.nullable());
      return marked && { name: marked.name, isBookmarked: marked.is_bookmarked };
    },

    /** Which of these have a screenshot, as `<project id>/<revision>`. */
    withScreenshot: (places: readonly Place[]): Promise<Set<string>> => seenOf(client, places),

    /**
     * The revision, of any kind, that 7 to 40 hex digits name; null when they name none or more
     * than one.
     */
    resolve: (projectId: string, prefix: string) => resolved(client, projectId, prefix),
  };
}

async function resolved(
  client: Client,
  projectId: string,
  prefix: string,
): Promise<RevisionRow | null> {
  if (!VERSION_ID_PATTERN.test(prefix)) return null;
  const query = client
    .from('revisions')
    .select('*')
    .eq('project_id', projectId)
    .like('revision', `${prefix.toLowerCase()}%`)
    .limit(2);
  const [found, another] = await ask('find the version', query, Rows);
  return found && !another ? found : null;
}

async function seenOf(client: Client, places: readonly Place[]): Promise<Set<string>> {
  if (places.length === 0) return new Set();
  const all = client.from('revisions').select('project_id, revision');
  const query = all
    .in('project_id', [...new Set(places.map(({ projectId }) => projectId))])
    .in('revision', [...new Set(places.map(({ revision }) => revision))])
    .not('screenshot', 'is', null);
  const seen = await ask('find screenshots', query, Seen);
  return new Set(seen.map(({ project_id, revision }) => `${project_id}/${revision}`));
}

async function headOf(client: Client, projectId: string, before?: string) {
  const all = client.from('revisions').select('*').eq('project_id', projectId);
  const wanted = before === undefined ? all : all.lt('created_at', before);
  return askFirst(
    'read the head',
    wanted.order('ordinal', { ascending: false }).limit(1),
    StoredRevision,
  );
}

async function publishRevision(
  client: Client,
  {
    projectId,
    revision,
    parent,
    jobId,
    kind,
    subject,
    restoredFrom,
    play,
    screenshot,
  }: PublishRevision,
): Promise<RevisionRow> {
  const send = (found: PlayReport | null): Promise<RevisionRow> =>
    ask(
      'publish the revision',
      client.rpc('publish_revision', {
        p_project_id: projectId,
        p_revision: revision,
        p_parent: parent,
        p_job_id: jobId,
        p_kind: kind,
        p_subject: storable(subject),
        p_restored_from: restoredFrom,
        p_play: found,
        p_screenshot: screenshot ?? null,
      }),
      StoredRevision,
    );
  try {
    return await send(play ?? null).catch((error: unknown) => {
      // Words of a game that cannot be stored keep no version from its player.
      if (!play || !isRefusedValue(error)) throw error;
      return send(null);
    });
  } catch (error) {
    const reason = error instanceof AppError ? String(error.details['reason']) : '';
    const kindOfRefusal = REFUSALS[reason];
    throw kindOfRefusal
      ? new AppError(kindOfRefusal, `publish the revision: ${reason}`, { reason })
      : error;
  }
}

function toVersion(projectId: string, shown: z.infer<typeof Shown>): Version {
  const id = shown.is_ambiguous ? shown.revision : shown.revision.slice(0, SHORT_DIGITS);
  return {
    id,
    hash: id,
    number: shown.number,
    serial: shown.serial,
    message: shown.subject,
    timestamp: new Date(shown.created_at).toISOString(),
    ordinal: shown.ordinal,
    current: shown.is_current,
    ...(shown.play ? { play: summaryOf(shown.play) } : {}),
    ...(shown.screenshot === null
      ? {}
      : { screenshotUrl: screenshotUrlOf(projectId, shown.screenshot) }),
    ...(shown.name === null ? {} : { name: shown.name }),
    isBookmarked: shown.is_bookmarked,
  };
}

async function publishedOf(client: Client, revisions: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let at = 0; at < revisions.length; at += REVISIONS_AT_ONCE) {
    const some = revisions.slice(at, at + REVISIONS_AT_ONCE);
    const query = client.from('revisions').select('revision').in('revision', some);
    for (const { revision } of await ask('look for revisions', query, Revisions))
      found.add(revision);
  }
  return found;
}
