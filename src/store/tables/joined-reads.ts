import { z } from 'zod';
import type { HistoryItem } from '../../contracts/wire/frames.js';
import { QueuePlace } from '../../contracts/rows/queued.js';
import { RevisionRow } from '../../contracts/rows/rows.js';
import { LAST_LINES, Row as LineRow, toStoredLine } from './chat-history.js';
import { call, type Client } from './client.js';
import { StoredJob } from './jobs.js';
import { ProjectRow } from './projects.js';
import type { KnownPlaces } from './revision-places.js';

const ProjectState = z
  .object({
    /** Null when it is deleted. */
    project: ProjectRow.nullable(),
    /** The newest revision of any kind; null = no game yet. */
    head: RevisionRow.nullable(),
    lines: z.array(LineRow),
  })
  .transform(({ lines, ...state }) => ({
    ...state,
    /** The last 50 chat lines, oldest first. */
    history: lines.map((line): HistoryItem => toStoredLine(line).item),
  }));

const MessageState = z.object({
  /** Its own job, or the one that noted it (A4); null = neither. */
  job: StoredJob.nullable(),
  /** The project has no version yet. */
  isNew: z.boolean(),
  /** Where it waits; null = it is not queued. */
  queued: QueuePlace.nullable(),
});

const JobState = z.object({
  job: StoredJob,
  /** What it published; null = it has not passed its commit point. */
  revision: RevisionRow.nullable(),
  /** What it counts with, and what of that its user pays, US dollars. */
  usd: z.number(),
  paidUsd: z.number(),
  /** What its user has spent today, US dollars. */
  spentTodayUsd: z.number(),
  /** A browser of the user subscribes to notifications. */
  isSubscribed: z.boolean(),
  /** A queued message of the user waits for its end (Q3). */
  isAwaited: z.boolean(),
});
export type JobState = z.infer<typeof JobState>;

/** Reads across tables, one call each, for the service role. */
export function joinedReads(client: Client, places: KnownPlaces) {
  return {
    /** What a message is read, planned and answered with. */
    async projectState(projectId: string): Promise<z.infer<typeof ProjectState>> {
      const params = { projectId, lines: LAST_LINES };
      const state = await call(client, 'project_state', params, ProjectState);
      places.take(state.head);
      return state;
    },

    /** What a message with this job and chat line meets. */
    messageState: (projectId: string, jobId: string, lineId: string) =>
      call(client, 'message_state', { projectId, jobId, lineId }, MessageState),

    /** Null = there is no such job. */
    async jobState(jobId: string): Promise<JobState | null> {
      const read = await call(client, 'job_state', { id: jobId }, JobState.nullable());
      places.take(read?.revision ?? null);
      return read;
    },
  };
}
