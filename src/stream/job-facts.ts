import { setTimeout as sleep } from 'node:timers/promises';
import { screenshotUrlOf } from '../contracts/game/play.js';
import { projected, ProjectBrief } from '../contracts/rows/projects.js';
import { isActive, type JobEnding, type JobRow, type RevisionRow } from '../contracts/rows/rows.js';
import type { JobEvent } from '../contracts/durable/stream.js';
import type { Store } from '../store/index.js';
import type { JobState } from '../store/tables/joined-reads.js';
import { readAiContext, type VersionReader } from '../versions/kept/details.js';
import type { RowlessRun } from './job-runs.js';
import { RECENT_MS, type RecentRows } from './recent-rows.js';
import { neededFacts, type FrameFacts, type PublishedCode } from './frames.js';

/** A job's row, the version that it made, and what its owner learns of that version's end. */
export interface EndedJob {
  readonly row: JobRow;
  readonly revision: RevisionRow | null;
  /** Null for a job that made no version. */
  readonly ending: JobEnding | null;
}

/**
 * Where frames get what the stream does not carry. Every method may throw; null = not there (any
 * more).
 */
export interface FactsSource {
  /** The row as of at most `maxAgeMs` ago. */
  job(jobId: string, maxAgeMs: number): Promise<JobRow | null>;
  /** The row with what is known of a job at its end. */
  ended(jobId: string): Promise<EndedJob | null>;
  publishedCode(row: JobRow, revision: RevisionRow): Promise<PublishedCode | null>;
  project(projectId: string): Promise<ProjectBrief | null>;
  /** 1 = next; null when the job does not wait for a slot. */
  queuePosition(jobId: string): Promise<number | null>;
  /** The run of a job that has no row. */
  rowlessRun(jobId: string): Promise<RowlessRun>;
}

const MAX_TRIES = 4;
const PAUSE_MS = 150;

/** The facts of one job. A read that fails is retried, and counts as null in the end. */
export class JobFacts {
  private ended: EndedJob | null = null;

  constructor(
    private readonly jobId: string,
    private readonly source: FactsSource,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * The row as of at most `maxAgeMs` ago; null when there is none (project deleted) or the database
   * stays unavailable.
   */
  row(maxAgeMs = 0): Promise<JobRow | null> {
    return this.retrying(() => this.source.job(this.jobId, maxAgeMs));
  }

  /** What the frame of this event needs. */
  async of(event: JobEvent): Promise<FrameFacts> {
    const needed = neededFacts(event);
    const ended = needed.row === 'ended' ? await this.end() : null;
    const maxAgeMs = needed.row === 'fresh' ? 0 : RECENT_MS;
    const row = ended?.row ?? (needed.row === 'none' ? null : await this.row(maxAgeMs));
    const made = ended?.revision;
    const code =
      event.type === 'published' && row && made?.revision === event.revision
        ? await this.retrying(() => this.source.publishedCode(row, made))
        : null;
    const project =
      needed.project && row ? await this.retrying(() => this.source.project(row.project_id)) : null;
    return { row, code, project, ending: ended?.ending ?? null };
  }

  /** Read once after the row's end: that is final. */
  private async end(): Promise<EndedJob | null> {
    if (this.ended === null || isActive(this.ended.row.status))
      this.ended = await this.retrying(() => this.source.ended(this.jobId));
    return this.ended;
  }

  async queuePosition(): Promise<number | null> {
    return this.retrying(() => this.source.queuePosition(this.jobId));
  }

  /** What has become of a job that has no row (I3); what cannot be asked may go on. */
  async rowlessRun(): Promise<RowlessRun> {
    const run = await this.retrying(() => this.source.rowlessRun(this.jobId));
    return run ?? { state: 'running' };
  }

  private async retrying<T>(read: () => Promise<T | null>): Promise<T | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        if (attempt >= MAX_TRIES) {
          this.onError(error);
          return null;
        }
        await sleep(PAUSE_MS * attempt);
      }
    }
  }
}

const ENTRY_POINT = 'index.html';

/** The facts from rows and versions; a published one holds what it changed. */
export function storeFacts(
  store: Pick<Store, 'jobs' | 'projects' | 'reads' | 'queuedMessages'>,
  rows: Pick<RecentRows, 'get'>,
  versions: VersionReader,
  rowlessRun: FactsSource['rowlessRun'],
  /** What a user may spend on a day, US dollars; 0 = no limit. */
  userLimitUsd: number,
): FactsSource {
  return {
    // What waits for its turn has no run, or one that has ended.
    rowlessRun: async (jobId) =>
      (await store.queuedMessages.has(jobId)) ? { state: 'queued' } : rowlessRun(jobId),
    job: (jobId, maxAgeMs) => rows.get(jobId, maxAgeMs),
    queuePosition: (jobId) => store.jobs.queuePosition(jobId),

    async ended(jobId) {
      const state = await store.reads.jobState(jobId);
      return (
        state && { row: state.job, revision: state.revision, ending: endingOf(state, userLimitUsd) }
      );
    },

    async project(projectId) {
      const row = await store.projects.get(projectId);
      return row && projected(ProjectBrief, row);
    },

    async publishedCode({ project_id: projectId }, { revision, parent }) {
      const version = { projectId, revision };
      const context = await readAiContext(versions, version);
      if (!context) return null;
      const told = {
        ...(context.aiSummary ? { summary: context.aiSummary } : {}),
        suggestions: context.suggestions,
      };
      if (parent !== null) return { mode: 'edit', edits: context.edits, ...told };
      const page = await versions.readFile(version, ENTRY_POINT);
      return {
        mode: 'create',
        files: page ? [{ path: ENTRY_POINT, content: page.toString('utf8') }] : [],
        ...told,
      };
    },
  };
}

/** What the owner of a job learns of its end; null = it has made no version. */
export async function endingOfJob(
  { reads }: Pick<Store, 'reads'>,
  jobId: string,
  userLimitUsd: number,
): Promise<JobEnding | null> {
  const state = await reads.jobState(jobId);
  return state && endingOf(state, userLimitUsd);
}

/** The version's screenshot, and what it costs its owner: not what the house pays. */
function endingOf(
  { job, revision, paidUsd: usd, spentTodayUsd }: JobState,
  userLimitUsd: number,
): JobEnding | null {
  if (revision === null) return null;
  return {
    spending: { usd, ...sharesOf(usd, spentTodayUsd, userLimitUsd) },
    ...(revision.screenshot && {
      screenshotUrl: screenshotUrlOf(job.project_id, revision.screenshot),
    }),
  };
}

/** Shares of what a day allows, from 0 to 1; null = no limit. */
function sharesOf(usd: number, spentUsd: number, limitUsd: number) {
  if (limitUsd <= 0) return { shareOfDay: null, shareLeft: null };
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return { shareOfDay: within(usd / limitUsd), shareLeft: within(1 - spentUsd / limitUsd) };
}
