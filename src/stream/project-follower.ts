import type { z } from 'zod';
import type { ProjectSummary, ServerFrame } from '../contracts/wire/frames.js';
import { chatLineIdFor, jobIdFor } from '../contracts/base/ids.js';
import { endsJob } from '../contracts/durable/stream.js';
import { ProjectBrief, ProjectNews } from '../contracts/rows/projects.js';
import type { JobRow } from '../contracts/rows/rows.js';
import type { VersionMark } from '../contracts/rows/versions.js';
import type { StoredLine } from '../store/tables/chat-history.js';
import type { ProjectChange, ChangedProject } from '../store/tables/project-changes.js';

import type { Follower } from './project-follows.js';

/** The socket of a follower. */
export interface FollowerSocket {
  send(frame: ServerFrame): void;
  /** From the start of the job's stream. */
  subscribe(jobId: string): void;
  /** The job that the socket is subscribed to; null = none. */
  readonly subscribedJob: string | null;
}

/** Where a follower gets what a change only names. */
export interface FollowerFacts {
  /** The project as it is now; null = there is no such project any more. */
  change(): Promise<ProjectChange | null>;
  job(jobId: string): Promise<JobRow | null>;
  lines(ids: readonly string[]): Promise<StoredLine[]>;
  projects(): Promise<ProjectSummary[]>;
}

/**
 * One socket that follows its project (K1): gets changes of others, never its own (K3). Each change
 * has an id of its own, and is sent once.
 */
export class ProjectFollower implements Follower {
  /** Ids of jobs, restores and chat lines that this socket knows of. */
  private readonly known: Set<string>;
  private readonly endedJobs = new Set<string>();
  /** Jobs that begin here when the one before has ended. */
  private readonly nextJobs: string[] = [];
  /** What this socket knows of versions that were marked, by their revision. */
  private readonly marks = new Map<string, string>();
  /** The `changeNo` that the socket is at: earlier readings of the project are skipped. */
  private place: number;
  /** After a change by the socket itself, until the project was read again: `#place` is behind. */
  private isBehind = false;
  /** The fields of the project that this socket knows, as JSON. */
  private fields: string;
  private publication: string;
  /** The messages that wait as this socket knows them, as JSON. */
  private queue: string;
  private work: Promise<unknown> = Promise.resolve();

  /** `before`: the project before anything of the reply was read; `shown`: lines in the reply. */
  constructor(
    before: ProjectChange,
    shown: readonly string[],
    private readonly socket: FollowerSocket,
    private readonly facts: FollowerFacts,
  ) {
    this.projectId = before.id;
    this.known = new Set([...before.jobs, ...before.lines, ...shown]);
    if (before.restore) this.known.add(versionKey(before.restore.id));
    if (before.tuned) this.known.add(versionKey(before.tuned.id));
    for (const mark of before.marks) this.marks.set(mark.revision, markText(mark));
    this.place = before.changeNo;
    this.fields = newsOf(before);
    this.publication = JSON.stringify(before.publication);
    this.queue = JSON.stringify(before.queue);
  }

  readonly projectId: string;

  /** The socket itself is about to ask for the work of this message. */
  expect(messageId: string): void {
    for (const id of this.idsOf(messageId)) this.known.add(id);
  }

  /** It came to nothing: whatever comes of it all the same is news. */
  forget(messageId: string): void {
    for (const id of this.idsOf(messageId)) this.known.delete(id);
  }

  /**
   * Runs a change that the socket itself makes to the project, its answer included. Nothing else is
   * sent meanwhile, and no reading from before it afterwards. Rejects as `make` does.
   */
  whileChanging(make: () => Promise<void>): Promise<void> {
    return this.serially(() => {
      this.isBehind = true;
      return make();
    });
  }

  /** The socket was sent these fields as the answer to a change of its own. */
  knowsFields(fields: z.infer<typeof ProjectNews>): void {
    this.fields = newsOf(fields);
  }

  /** The socket was sent this mark as the answer to a change of its own. */
  knowsMark(revision: string, mark: VersionMark): void {
    this.marks.set(revision, markText(mark));
  }

  /** The socket is subscribed to this job. */
  knowsJob(jobId: string): void {
    this.known.add(jobId).add(chatLineIdFor(jobId, 'user'));
  }

  /**
   * A frame of the subscribed job is about to be sent; false when it must not be. A job's stream
   * has no `changeNo`, so the row alone has the name.
   */
  isNews(frame: ServerFrame): boolean {
    if (frame.type === 'projectRenamed') return false;
    if (endsJob(frame) && frame.jobId !== undefined) this.jobEnded(frame.jobId);
    return true;
  }

  /** The subscribed job has ended: the next one may begin here. */
  jobEnded(jobId: string): void {
    this.endedJobs.add(jobId);
    void this.serially(() => this.beginJobs());
  }

  take(news: ChangedProject): Promise<void> {
    return this.serially(() => ('changeNo' in news ? this.tellInOrder(news) : this.tellGone()));
  }

  private async tellInOrder(read: ProjectChange): Promise<void> {
    const change = this.isBehind ? await this.facts.change() : read;
    if (!change || change.changeNo < this.place) return;
    this.isBehind = false;
    this.place = change.changeNo;
    await this.tell(change);
  }

  private async tellGone(): Promise<void> {
    const projects = await this.facts.projects();
    if (this.known.has(this.projectId)) return;
    this.known.add(this.projectId);
    this.socket.send({ type: 'projectDeleted', projectId: this.projectId, projects });
  }

  private async tell(change: ProjectChange): Promise<void> {
    this.sendFields(change);
    await this.tellLines(change);
    const { restore } = change;
    if (restore && !this.known.has(versionKey(restore.id))) {
      this.known.add(versionKey(restore.id));
      this.socket.send({
        type: 'versionRestored',
        projectId: this.projectId,
        versionId: restore.revision,
        jobId: restore.id,
      });
    }
    this.tellTuned(change);
    this.tellMarks(change);
    this.tellPublication(change);
    this.tellQueue(change);
    await this.tellJobs(change);
  }

  private sendFields(change: ProjectChange): void {
    const now = newsOf(change);
    if (now === this.fields) return;
    this.fields = now;
    this.socket.send({ type: 'projectRenamed', project: ProjectBrief.parse(change) });
  }

  /** Also its own: settings are saved over HTTP, so the client recognizes them by their id (K3). */
  private tellTuned({ tuned }: ProjectChange): void {
    if (!tuned || this.known.has(versionKey(tuned.id))) return;
    this.known.add(versionKey(tuned.id));
    this.socket.send({
      type: 'versionTuned',
      projectId: this.projectId,
      versionId: tuned.revision,
      jobId: tuned.id,
    });
  }

  /** The first mark of a version is news unless it equals the default. */
  private tellMarks({ marks }: ProjectChange): void {
    for (const { revision, name, isBookmarked } of marks.toReversed()) {
      const now = markText({ name, isBookmarked });
      if (now === (this.marks.get(revision) ?? NO_MARK)) continue;
      this.marks.set(revision, now);
      this.socket.send({
        type: 'versionMarked',
        projectId: this.projectId,
        versionId: revision,
        name,
        isBookmarked,
      });
    }
  }

  private tellPublication({ publication }: ProjectChange): void {
    const now = JSON.stringify(publication);
    if (now === this.publication) return;
    this.publication = now;
    this.socket.send({ type: 'publicationChanged', projectId: this.projectId });
  }

  private tellQueue({ queue }: ProjectChange): void {
    const now = JSON.stringify(queue);
    if (now === this.queue) return;
    this.queue = now;
    this.socket.send({ type: 'queueChanged', projectId: this.projectId, queue });
  }

  /** Lines outside of jobs: a job's answer comes with its end, its message with its beginning. */
  private async tellLines({ lines, jobs }: ProjectChange): Promise<void> {
    const told = new Set(
      jobs.flatMap((id) => [chatLineIdFor(id, 'user'), chatLineIdFor(id, 'assistant')]),
    );
    await this.sendLines(lines.filter((id) => !told.has(id)));
  }

  private async sendLines(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.known.has(id));
    if (unknown.length === 0) return;
    for (const { id, item } of await this.facts.lines(unknown)) {
      if (this.known.has(id)) continue;
      this.known.add(id);
      this.socket.send({ type: 'chatLine', projectId: this.projectId, ...item });
    }
  }

  private async tellJobs({ jobs, lines }: ProjectChange): Promise<void> {
    for (const id of jobs.toReversed()) {
      if (this.known.has(id)) continue;
      this.known.add(id);
      const answer = chatLineIdFor(id, 'assistant');
      // Its answer stood in the history that the socket was sent.
      if (!(lines.includes(answer) && this.known.has(answer))) this.nextJobs.push(id);
    }
    await this.beginJobs();
  }

  /** One after the other: a client shows one job at a time, and each to its end. */
  private async beginJobs(): Promise<void> {
    const { subscribedJob } = this.socket;
    if (subscribedJob !== null && !this.endedJobs.has(subscribedJob)) return;
    const id = this.nextJobs.shift();
    if (id === undefined) return;
    const job = await this.facts.job(id).catch((error: unknown) => {
      this.nextJobs.unshift(id);
      throw error;
    });
    if (!job || job.is_unqueued === true) return this.beginJobs();
    await this.sendLines([chatLineIdFor(id, 'user')]);
    this.socket.send({ type: 'jobStarted', job, isExisting: true, jobId: id, followed: true });
    this.socket.subscribe(id);
  }

  private idsOf(messageId: string): string[] {
    const id = jobIdFor(this.projectId, messageId);
    return [id, chatLineIdFor(id, 'user'), versionKey(id)];
  }

  private serially(step: () => Promise<void>): Promise<void> {
    const run = this.work.then(step);
    this.work = run.catch(() => undefined);
    return run;
  }
}

const newsOf = (project: z.infer<typeof ProjectNews>): string =>
  JSON.stringify(ProjectNews.parse(project));
const markText = ({ name, isBookmarked }: VersionMark): string =>
  JSON.stringify([name, isBookmarked]);
const NO_MARK = markText({ name: null, isBookmarked: false });

/** The line of a restore, or of saved settings, has the id of its action. */
const versionKey = (actionId: string): string => `version ${actionId}`;
