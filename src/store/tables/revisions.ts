import { z } from 'zod';
import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import { VERSION_ID_PATTERN } from '../../contracts/base/ids.js';
import { screenshotUrlOf, PlayReport, summaryOf } from '../../contracts/game/play.js';
import { RevisionRow, type RevisionKind } from '../../contracts/rows/rows.js';
import { VersionMark, type Version } from '../../contracts/rows/versions.js';
import type { ObjectPlace } from '../../versions/format/manifest.js';
import { allPages, askAll, askFirst, call, camel, run, type Client } from './client.js';
import { PLACE_FIELDS, PlacedRow, placeIn, type KnownPlaces } from './revision-places.js';
import { NOWHERE } from './unmoved-versions.js';

const LastObject = z
  .object({ project_id: z.string(), job_id: z.string(), object_sha: z.string() })
  .transform((row) => ({ projectId: row.project_id, workId: row.job_id, sha: row.object_sha }));
type LastObject = z.output<typeof LastObject>;

const Placed = PlacedRow.extend({ revision: z.string() });

const Shown = camel(
  z.object({
    revision: z.string(),
    ordinal: z.number().int(),
    number: z.number().int(),
    serial: z.number().int(),
    subject: z.string(),
    createdAt: z.string(),
    isCurrent: z.boolean(),
    isAmbiguous: z.boolean(),
    play: PlayReport.nullable().catch(null),
    screenshot: z.string().nullable(),
    name: z.string().nullable(),
    isBookmarked: z.boolean(),
  }),
);
const Marked = camel(VersionMark);

/** Versions of one page. */
const PAGE_SIZE = 20;
const SHORT_DIGITS = 7;

/** Error of the database function → kind of error; `details.reason` keeps the former. */
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
  /** The object that holds it. */
  readonly object: VersionObject;
}

/** A version's object, as its row names it. */
export interface VersionObject {
  /** SHA-256 of the object, 64 hex digits. */
  readonly sha: string;
  readonly bytes: number;
  /** What its texts call assets: ids and aliases; null = too many to be listed. */
  readonly refs: readonly string[] | null;
}

/** Parameters of a function that inserts a version. */
export function objectParams(object: VersionObject | null | undefined) {
  return { objectSha: object?.sha, objectBytes: object?.bytes, refs: object?.refs };
}

export interface MarkChange {
  readonly name?: string | undefined;
  readonly isBookmarked?: boolean | undefined;
}

/** Table `revisions`: a project's line of versions (E4), for the service role. */
export function revisionsTable(client: Client, places: KnownPlaces) {
  const table = () => client.from('revisions');
  const newest = (projectId: string, fields = '*') =>
    table().select(fields).eq('project_id', projectId).order('ordinal', { ascending: false });
  const placesOf = async (projectId: string): Promise<Map<string, ObjectPlace | null>> => {
    const fields = `revision, ${PLACE_FIELDS}`;
    const rows = await allPages((first, last) =>
      askAll('read the line', newest(projectId, fields).range(first, last), Placed),
    );
    const known = (place: ObjectPlace | null) => (place?.sha === NOWHERE.sha ? null : place);
    return new Map(rows.map((row) => [row.revision, known(placeIn(row))]));
  };
  return {
    /** The newest revision of any kind: the project's files. Null = the project has no version. */
    head: async (projectId: string): Promise<RevisionRow | null> =>
      places.take(await askFirst('read the head', newest(projectId).limit(1), RevisionRow)),

    /** Where the version's object lies; null = no such version is published. */
    placeOf: (projectId: string, revision: string) => places.read(client, projectId, revision),

    /** The head as it was before that time. */
    headAt: async (projectId: string, at: string): Promise<RevisionRow | null> => {
      const query = newest(projectId).lt('created_at', at).limit(1);
      return places.take(await askFirst('read the head', query, RevisionRow));
    },

    /** The versions that were published last, of all projects, by their objects. */
    lastObjects: (limit: number) => lastObjects(client, limit),

    /** Hashes of all revisions of any kind, newest first. */
    line: async (projectId: string): Promise<string[]> => [...(await placesOf(projectId)).keys()],

    /**
     * All revisions, newest first, with the places of their objects; null = it has none, because it
     * is not moved to one yet or is lost.
     */
    placesOf,

    /** The version that a job published; null = it has not passed its commit point. */
    ofJob: async (jobId: string): Promise<RevisionRow | null> => {
      const query = table().select('*').eq('job_id', jobId);
      return places.take(await askFirst('find what the job published', query, RevisionRow));
    },

    /**
     * The commit point, exactly once per job: a repeat returns the row of the first call. Throws
     * `RunCancelled` (the job has ended), `RunSuperseded` (`parent` is not the head any more),
     * `VersionNotFound`.
     */
    publish: async (revision: PublishRevision): Promise<RevisionRow> =>
      places.take(await publishRevision(client, revision)),

    /**
     * The versions a player sees, newest first, 20 of them, older than ordinal `before` if given,
     * all or the bookmarked ones.
     */
    async list(projectId: string, before?: number, bookmarkedOnly = false): Promise<Version[]> {
      const params = { projectId, before, limit: PAGE_SIZE, bookmarkedOnly };
      const shown = await call(client, 'list_versions', params, z.array(Shown));
      return shown.map((version) => toVersion(projectId, version));
    },

    /** What is absent stays as it is, an empty name is none; null = there is no such version. */
    mark(projectId: string, revision: string, { name, isBookmarked }: MarkChange) {
      const params = { projectId, revision, name, isBookmarked };
      return call(client, 'mark_version', params, Marked.nullable());
    },

    /** A version that no play has seen, tuned or remixed, is shown by this from then on. */
    showAs: (projectId: string, revision: string, screenshot: string): Promise<void> => {
      const unplayed = table().update({ screenshot }).in('kind', ['tune', 'remix']);
      const query = unplayed.eq('project_id', projectId).eq('revision', revision);
      return run('show a version that was not played', query);
    },

    /** The revision, of any kind, with this prefix of 7–40 hex digits; null = none, or several. */
    async resolve(projectId: string, prefix: string): Promise<RevisionRow | null> {
      if (!VERSION_ID_PATTERN.test(prefix)) return null;
      const query = newest(projectId).like('revision', `${prefix.toLowerCase()}%`).limit(2);
      const [found, another] = await askAll('find the version', query, RevisionRow);
      return found && !another ? places.take(found) : null;
    },
  };
}

async function lastObjects(client: Client, limit: number): Promise<LastObject[]> {
  const query = client
    .from('revisions')
    .select('project_id, job_id, object_sha')
    .not('object_sha', 'is', null)
    .neq('object_sha', NOWHERE.sha)
    .order('created_at', { ascending: false })
    .limit(limit);
  return askAll('find the newest versions', query, LastObject);
}

async function publishRevision(client: Client, given: PublishRevision): Promise<RevisionRow> {
  const { projectId, revision, parent, jobId, kind, restoredFrom, screenshot } = given;
  const names = { projectId, revision, parent, jobId, kind, restoredFrom, screenshot };
  const params = {
    ...names,
    ...objectParams(given.object),
    subject: given.subject,
    play: given.play,
  };
  try {
    return await call(client, 'publish_revision', params, RevisionRow);
  } catch (error) {
    const reason = error instanceof AppError ? String(error.details['reason']) : '';
    const kindOfRefusal = REFUSALS[reason];
    throw kindOfRefusal
      ? new AppError(kindOfRefusal, `publish the revision: ${reason}`, { reason })
      : error;
  }
}

function toVersion(projectId: string, shown: z.infer<typeof Shown>): Version {
  const { number, serial, ordinal, isBookmarked, play, screenshot, name } = shown;
  const id = shown.isAmbiguous ? shown.revision : shown.revision.slice(0, SHORT_DIGITS);
  return {
    id,
    hash: id,
    number,
    serial,
    message: shown.subject,
    timestamp: new Date(shown.createdAt).toISOString(),
    ordinal,
    current: shown.isCurrent,
    ...(play ? { play: summaryOf(play) } : {}),
    ...(screenshot === null ? {} : { screenshotUrl: screenshotUrlOf(projectId, screenshot) }),
    ...(name === null ? {} : { name }),
    isBookmarked,
  };
}
