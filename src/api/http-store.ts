import type { JobRow } from '../contracts/rows.js';
import type { ProjectSummary } from '../contracts/server-frames.js';
import type { Identity } from './auth.js';

/** Raw `projects` row as it leaves the server (rest.md §5). */
export interface ProjectRow {
  id: string;
  user_id: string;
  name: string;
  [column: string]: unknown;
}

/** What the HTTP routes ask the database. */
export interface HttpStore {
  listProjects(user: Identity): Promise<ProjectSummary[]>;
  /** As this user sees it: null when the row is not theirs to see. */
  projectRow(user: Identity, projectId: string): Promise<ProjectRow | null>;
  job(jobId: string): Promise<JobRow | null>;
  /** Newest first. */
  jobs(projectId: string, limit: number): Promise<JobRow[]>;
  activeJob(projectId: string): Promise<JobRow | null>;
}
