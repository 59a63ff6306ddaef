import { setTimeout as sleep } from 'node:timers/promises';
import { screenshotUrlOf } from '../contracts/play.js';
import { projected, ProjectBrief } from '../contracts/projects.js';
import type { JobEnding, JobRow } from '../contracts/rows.js';
import type { JobEvent } from '../contracts/stream.js';
import type { Store } from '../store/index.js';
import type { Mirror } from '../store/mirror/mirror.js';
import type { RowlessRun } from './job-runs.js';
import { neededFacts, type FrameFacts, type PublishedCode } from './frames.js';

/**
 * Where frames get what the stream does not carry. Every method may throw; null = not there (any
 * more).
 */
export interface FactsSource {
  job(jobId: string): Promise<JobRow | null>;
  publishedCode(row: JobRow, revision: string): Promise<PublishedCode | null>;
  project(projectId: string): Promise<ProjectBrief | null>;
  /** Null for a job that made no version. */
  ending(row: JobRow): Promise<JobEnding | null>;
  /** 1 = next; null when the job does not wait for a slot. */
  queuePosition(jobId: string): Promise<number | null>;
  /** The run of a job that has no row. */
  rowlessRun(jobId: string): Promise<RowlessRun>;
}

const RECENT_MS = 1_000;
const MAX_TRIES = 4;
const PAUSE_MS = 150;

/**
 * The facts of one job. Its row is read at most once a second unless it has to be fresh; a read
 * that fails is tried again, and counts as null in the end.
 */
export class JobFacts {
  #row: JobRow | null = null;
  #readAtMs = 0;

  constructor(
    private readonly jobId: string,
    private readonly source: FactsSource,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * The row as of at most `maxAgeMs` ago; null when there is none (project deleted) or the database
   * stays unavailable.
   */
  async row(maxAgeMs = 0): Promise<JobRow | null> {
    if (this.#row && performance.now() - this.#readAtMs <= maxAgeMs) return this.#row;
    const row = await this.#retrying(() => this.source.job(this.jobId));
    this.#readAtMs = performance.now();
    return (this.#row = row);
  }

  /** What the frame of this event needs. */
  async of(event: JobEvent): Promise<FrameFacts> {
    const needed = neededFacts(event);
    const row =
      needed.row === 'none' ? null : await this.row(needed.row === 'fresh' ? 0 : RECENT_MS);
    const code =
      needed.code && row && event.type === 'published'
        ? await this.#retrying(() => this.source.publishedCode(row, event.revision))
        : null;
    const project =
      needed.project && row
        ? await this.#retrying(() => this.source.project(row.project_id))
        : null;
    const ending =
      needed.ending && row ? await this.#retrying(() => this.source.ending(row)) : null;
    return { row, code, project, ending };
  }

  async queuePosition(): Promise<number | null> {
    return this.#retrying(() => this.source.queuePosition(this.jobId));
  }

  /** What has become of a job that has no row (I3). */
  async rowlessRun(): Promise<RowlessRun> {
    const run = await this.#retrying(() => this.source.rowlessRun(this.jobId));
    return run ?? { state: 'unknown' };
  }

  async #retrying<T>(read: () => Promise<T | null>): Promise<T | null> {
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

/** The facts out of rows and mirror: what a published revision changed is kept inside it. */
export function storeFacts(
  store: Pick<Store, 'jobs' | 'projects' | 'revisions' | 'operators' | 'usage'>,
  mirror: Pick<Mirror, 'readAiContext' | 'readFile'>,
  rowlessRun: FactsSource['rowlessRun'],
  /** What a user may spend on a day, US dollars; 0 = no limit. */
  userLimitUsd: number,
): FactsSource {
  return {
    rowlessRun,
    ending: (row) => endingOf(store, row, userLimitUsd),
    job: (jobId) => store.jobs.get(jobId),
    queuePosition: (jobId) => store.jobs.queuePosition(jobId),

    async project(projectId) {
      const row = await store.projects.get(projectId);
      return row && projected(ProjectBrief, row);
    },

    async publishedCode({ user_id: userId, project_id: projectId }, revision) {
      const [published, context] = await Promise.all([
        store.revisions.resolve(projectId, revision),
        mirror.readAiContext(userId, projectId, revision),
      ]);
      if (!published || !context) return null;
      const told = {
        ...(context.aiSummary ? { summary: context.aiSummary } : {}),
        suggestions: context.suggestions,
      };
      if (published.parent !== null) return { mode: 'edit', edits: context.edits, ...told };
      const page = await mirror.readFile(userId, projectId, revision, ENTRY_POINT);
      return {
        mode: 'create',
        files: page ? [{ path: ENTRY_POINT, content: page.toString('utf8') }] : [],
        ...told,
      };
    },
  };
}

/** What the version looks like, and what it has cost its owner: not what the house has paid. */
async function endingOf(
  { operators, revisions, usage }: Pick<Store, 'operators' | 'revisions' | 'usage'>,
  { id, user_id: userId, project_id: projectId }: JobRow,
  userLimitUsd: number,
): Promise<JobEnding | null> {
  const made = await revisions.ofJob(id);
  if (!made) return null;
  const [entries, spentUsd] = await Promise.all([
    operators.usageOf(id),
    userLimitUsd > 0 ? usage.spentToday(userId) : 0,
  ]);
  const usd = entries
    .filter(({ state, payer }) => state === 'settled' && payer === 'user')
    .reduce((sum, entry) => sum + entry.usd, 0);
  return {
    spending: { usd, ...sharesOf(usd, spentUsd, userLimitUsd) },
    ...(made.screenshot ? { screenshotUrl: screenshotUrlOf(projectId, made.screenshot) } : {}),
  };
}

/** Shares of what a day allows, from 0 to 1. */
function sharesOf(
  usd: number,
  spentUsd: number,
  limitUsd: number,
): { shareOfDay: number | null; shareLeft: number | null } {
  if (limitUsd <= 0) return { shareOfDay: null, shareLeft: null };
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return { shareOfDay: within(usd / limitUsd), shareLeft: within(1 - spentUsd / limitUsd) };
}
