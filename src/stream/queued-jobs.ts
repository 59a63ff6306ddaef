import type { JobRow } from '../contracts/rows/rows.js';
import type { ServerFrame } from '../contracts/wire/frames.js';
import type { ChangedProject } from '../store/tables/project-changes.js';
import type { Follower } from './project-follows.js';

/** The socket that has sent the messages. */
export interface QueueSocket {
  send(frame: ServerFrame): void;
  /** Subscribes to a job of the selected project, from the start of its stream. */
  hear(jobId: string): void;
  /** It is subscribed to a job whose end it was not sent yet. */
  readonly hearsJob: boolean;
}

/**
 * The jobs that queued messages of one socket will become, where its client does not follow its
 * project: they are announced when they begin, each after the end of the one before (Q3).
 */
export class QueuedJobs implements Follower {
  private readonly waiting = new Set<string>();
  private readonly begun: string[] = [];
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    readonly projectId: string,
    private readonly socket: QueueSocket,
    private readonly jobOf: (jobId: string) => Promise<JobRow | null>,
  ) {}

  /** A message waits, and will be this job. */
  expect(jobId: string): void {
    this.waiting.add(jobId);
  }

  /** The message was taken out: its job is not announced any more. */
  forget(jobId: string): void {
    this.waiting.delete(jobId);
    const at = this.begun.indexOf(jobId);
    if (at >= 0) this.begun.splice(at, 1);
  }

  async take(news: ChangedProject): Promise<void> {
    if (!('jobs' in news)) return;
    for (const id of news.jobs.toReversed()) if (this.waiting.delete(id)) this.begun.push(id);
    await this.tellNext();
  }

  /** Announces the next one that has begun, unless the socket still gets the one before. */
  tellNext(): Promise<void> {
    const run = this.work.then(() => this.tell());
    this.work = run.catch(() => undefined);
    return run;
  }

  private async tell(): Promise<void> {
    if (this.socket.hearsJob) return;
    const id = this.begun.shift();
    if (id === undefined) return;
    const job = await this.jobOf(id).catch((error: unknown) => {
      this.begun.unshift(id);
      throw error;
    });
    if (!job) return this.tell();
    this.socket.send({ type: 'jobStarted', job, isExisting: false, jobId: id });
    this.socket.hear(id);
  }
}
