import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { isClosing } from '../../src/contracts/durable/stream.js';
import { patient } from './patience.js';

export interface JobFrame {
  type: string;
  jobId?: string;
  attempt?: number;
  seq?: number;
  [field: string]: unknown;
}

/**
 * A client that uses the additive fields: message ids, places in the stream, resuming from the last
 * one. Reconnects by itself.
 */
export class Listener {
  readonly frames: JobFrame[] = [];
  /** Text of the newest attempt, as a player sees it. */
  text = '';
  lastPlace: { jobId: string; attempt: number; seq: number } | null = null;
  reconnects = -1;
  /** How the sockets that had been open were ended, in order. */
  readonly closeCodes: number[] = [];
  private socket: WebSocket | null = null;
  private closed = false;
  /**
   * A message that was sent and not answered yet: it is sent again, under its id, after a
   * reconnect.
   */
  private unanswered: object | null = null;

  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
    private projectId: string | null = null,
  ) {}

  /** The project that this client is on. */
  get selected(): string | null {
    return this.projectId;
  }

  /** Opens the socket, signs in, selects the project (resuming a running job where it was). */
  async open(): Promise<void> {
    const socket = new WebSocket(this.baseUrl.replace(/^http/, 'ws'));
    socket.on('message', (data) =>
      this.take(JSON.parse((data as Buffer).toString('utf8')) as JobFrame),
    );
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      if (this.closed) return;
      if (this.socket === socket) this.closeCodes.push(code);
      // Bare time: a client comes back after a moment
      setTimeout(() => void this.open().catch(() => undefined), 200);
    });
    await once(socket, 'open');
    this.socket = socket;
    this.reconnects += 1;
    const from = this.frames.length;
    this.send({ type: 'init', access_token: this.token });
    const answer = await this.until(({ type }) => type === 'init' || type === 'error', from);
    if (answer.type === 'error') return this.drop();
    if (this.projectId && !(await this.resumes(this.projectId))) return this.drop();
    if (this.unanswered) this.send(this.unanswered);
  }

  async createProject(): Promise<string> {
    const from = this.frames.length;
    this.send({ type: 'createProject', name: '新しいゲーム' });
    const { project } = (await this.until(
      ({ type }) => type === 'projectCreated',
      from,
    )) as unknown as { project: { id: string } };
    await this.select(project.id);
    return project.id;
  }

  async select(projectId: string, timeoutMs?: number): Promise<JobFrame> {
    const from = this.frames.length;
    this.askFor(projectId);
    return this.until(({ type }) => type === 'projectSelected', from, timeoutMs);
  }

  /** Whether the project is selected again; an instance that is busy answers with an error. */
  private async resumes(projectId: string): Promise<boolean> {
    const from = this.frames.length;
    this.askFor(projectId);
    const fits = ({ type }: JobFrame): boolean => type === 'projectSelected' || type === 'error';
    return (await this.until(fits, from)).type === 'projectSelected';
  }

  private askFor(projectId: string): void {
    this.projectId = projectId;
    this.send({
      type: 'selectProject',
      projectId,
      ...(this.lastPlace ? { since: this.lastPlace } : {}),
    });
  }

  /** Loses the connection; the listener comes back by itself. */
  drop(): void {
    this.socket?.terminate();
  }

  /** Sends a message under an id of its own; answers with that id. */
  say(
    content: string,
    extra: object = { skipStyleSelection: true },
    messageId = randomUUID(),
  ): string {
    this.unanswered = { type: 'message', content, messageId, ...extra };
    this.send(this.unanswered);
    return messageId;
  }

  send(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** The first frame, from index `from` on, that fits. */
  async until(
    fits: (frame: JobFrame) => boolean,
    from = 0,
    timeoutMs = patient(90_000),
  ): Promise<JobFrame> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.frames.slice(from).find(fits);
      if (found) return found;
      if (Date.now() > deadline)
        throw new Error(
          `nothing that fits in ${timeoutMs} ms; ${this.reconnects} reconnects; last frames: ` +
            this.frames
              .slice(-6)
              .map((frame) => JSON.stringify(frame).slice(0, 160))
              .join(' '),
        );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Until a run is in the middle of its text, whatever was said before it began. */
  untilMidRun(): Promise<JobFrame> {
    return this.until((frame) => isRunText(frame) && (frame.seq ?? 0) > 8);
  }

  untilEnd(from = 0): Promise<JobFrame> {
    return this.until(({ type }) => ['completed', 'failed', 'cancelled'].includes(type), from);
  }

  close(): void {
    this.closed = true;
    this.socket?.terminate();
  }

  private take(frame: JobFrame): void {
    this.frames.push(frame);
    // A job that is followed since a reconnect was begun by another message.
    const isAnswer = frame['followed'] !== true;
    if (['jobStarted', 'styleOptions', 'error'].includes(frame.type) && isAnswer)
      this.unanswered = null;
    if (frame.type === 'streamReset' || frame.type === 'jobStarted') this.text = '';
    if (frame.type === 'stream') this.text += frame['content'] as string;
    // A job that was just accepted is followed from its start, also by a socket that breaks before
    // anything else was heard.
    if (frame.type === 'jobStarted' && frame.jobId && this.lastPlace?.jobId !== frame.jobId)
      this.lastPlace = { jobId: frame.jobId, attempt: 0, seq: 0 };
    if (frame.jobId && frame.attempt !== undefined && frame.seq !== undefined) {
      this.lastPlace = { jobId: frame.jobId, attempt: frame.attempt, seq: frame.seq };
    }
  }
}

/** Places of what the runner said in one attempt, for "without gap or repeat". */
export function seqsOf(frames: readonly JobFrame[], attempt: number): number[] {
  return frames
    .flatMap(({ attempt: its, seq }) => (its === attempt && seq !== undefined ? [seq] : []))
    .filter((seq) => !isClosing({ attempt, seq }));
}

/** Text of a run: what its job was designed to be comes before any. */
export const isRunText = ({ type, attempt = 0 }: JobFrame): boolean =>
  type === 'stream' && attempt > 0;

export const oneTo = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index + 1);
