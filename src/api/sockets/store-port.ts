import type { PendingQuestion } from '../../contracts/questions.js';
import type { JobRow } from '../../contracts/rows.js';
import type { Edit, HistoryItem, ProjectBrief, ProjectSummary, Version } from '../../contracts/server-frames.js';
import type { Identity } from '../auth.js';

export interface OwnedProject extends ProjectBrief { userId: string; pendingQuestion: PendingQuestion | null }

export interface SocketStore {
  ensureUser(identity: Identity): Promise<void>;
  listProjects(identity: Identity): Promise<ProjectSummary[]>;
  createProject(identity: Identity, name: string): Promise<ProjectBrief>;
  project(projectId: string): Promise<OwnedProject | null>;
  renameProject(projectId: string, name: string): Promise<ProjectBrief | null>;
  history(projectId: string): Promise<HistoryItem[]>;
  versions(projectId: string, before?: number): Promise<Version[]>;
  versionEdits(userId: string, projectId: string, versionHash: string): Promise<{ edits: Edit[]; summary: string }>;
  hasRevisions(projectId: string): Promise<boolean>;
  setPendingQuestion(projectId: string, question: PendingQuestion | null): Promise<void>;
  job(jobId: string): Promise<JobRow | null>;
  activeJob(projectId: string): Promise<JobRow | null>;
  cancelJob(jobId: string): Promise<'cancelled' | 'too_late'>;
  log(entry: { action: string; targetType: string; targetId: string; userId: string | null; details: string | null }): void;
}
