import { EventEmitter, once } from 'node:events';
import WebSocket from 'ws';
import { patient } from '../../support/patience.js';

/**
 * A client written from the contract of the earlier product alone: it knows neither message ids,
 * nor cursors, nor any additive field, and imports nothing of ours. What it keeps is what that
 * client shows to its user.
 */
export interface Frame {
  type: string;
  [field: string]: unknown;
}

interface Job {
  id: string;
  project_id: string;
  status: string;
  progress: number;
  progress_message: string | null;
  result: string | null;
}

export class V2Client {
  readonly frames: Frame[] = [];
  /** What is on the screen. */
  readonly bubbles: { kind: 'user' | 'assistant' | 'system' | 'error'; text: string }[] = [];
  userId = '';
  projects: { id: string; name: string }[] = [];
  projectId = '';
  projectName = '';
  streamed = '';
  processing = false;
  currentJobId: string | null = null;
  previewReloads = 0;
  versions: { id: string; number: number; message: string; timestamp: string; hash: string }[] = [];
  lastChanges: { edits?: unknown[]; files?: unknown[]; mode: string } | null = null;
  question: { kind: 'suggestions' | 'restore' | 'styles'; frame: Frame } | null = null;

  private readUpTo = 0;
  private readonly news = new EventEmitter().setMaxListeners(0);
  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString('utf8')) as Frame;
      this.frames.push(frame);
      this.show(frame);
      this.news.emit('frame', frame);
    });
  }

  /** Opens the socket at the bare origin and signs in with the first message. */
  static async connect(baseUrl: string, accessToken: string): Promise<V2Client> {
    const socket = new WebSocket(baseUrl.replace(/^http/, 'ws'));
    const client = new V2Client(socket);
    await once(socket, 'open');
    await client.ask(
      { type: 'init', access_token: accessToken, sessionId: Math.random().toString(36).slice(2) },
      'init',
    );
    return client;
  }

  send(frame: Frame): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The next frame of one of these types after the last one that was waited for. */
  async next(...types: string[]): Promise<Frame> {
    const signal = AbortSignal.timeout(patient(60_000));
    for (;;) {
      const frame = this.frames[this.readUpTo];
      if (!frame) {
        await once(this.news, 'frame', { signal }).catch(() => {
          throw new Error(
            `no ${types.join('/')} within 60 s; last frames: ${this.frames
              .slice(-5)
              .map(({ type }) => type)
              .join(', ')}`,
          );
        });
        continue;
      }
      this.readUpTo += 1;
      if (types.includes(frame.type)) return frame;
      if (frame.type === 'error')
        throw new Error(
          `error frame while waiting for ${types.join('/')}: ${JSON.stringify(frame)}`,
        );
    }
  }

  ask(frame: Frame, ...types: string[]): Promise<Frame> {
    this.send(frame);
    return this.next(...types);
  }

  async createProject(): Promise<string> {
    const { project } = (await this.ask(
      { type: 'createProject', name: '新しいゲーム' },
      'projectCreated',
    )) as unknown as { project: { id: string } };
    await this.select(project.id);
    return project.id;
  }

  select(projectId: string): Promise<Frame> {
    return this.ask({ type: 'selectProject', projectId }, 'projectSelected');
  }

  /** The send button: both hidden switches travel with typed messages. */
  say(content: string): void {
    this.bubbles.push({ kind: 'user', text: content });
    this.send({
      type: 'message',
      content,
      debugOptions: { disableSkills: false, useClaude: false },
    });
  }

  /** A tap on a style card. */
  pickStyle(styleId: string): void {
    const { dimension, originalMessage } = this.question!.frame as unknown as {
      dimension: string;
      originalMessage: string;
    };
    this.send({ type: 'message', content: originalMessage, selectedStyle: { dimension, styleId } });
  }

  skipStyle(): void {
    this.send({
      type: 'message',
      content: (this.question!.frame as unknown as { originalMessage: string }).originalMessage,
      skipStyleSelection: true,
    });
  }

  stop(): void {
    this.send({ type: 'cancel', jobId: this.currentJobId });
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  private show(frame: Frame): void {
    const job = frame['job'] as Job | null | undefined;
    switch (frame.type) {
      case 'init':
        this.userId = String(frame['userId']);
        this.projects = frame['projects'] as { id: string; name: string }[];
        this.processing = false;
        break;
      case 'projectSelected':
        return this.redraw(frame);
      case 'styleOptions':
        this.question = { kind: 'styles', frame };
        this.processing = false;
        break;
      case 'jobStarted':
        this.processing = true;
        this.currentJobId = job!.id;
        this.streamed = '';
        break;
      case 'stream':
        this.streamed += frame['content'] as string;
        break;
      case 'geminiCode':
        this.lastChanges = frame as unknown as { mode: string };
        break;
      case 'geminiChat':
        this.question = { kind: 'suggestions', frame };
        this.processing = false;
        this.bubbles.push({ kind: 'assistant', text: String(frame['message']) });
        break;
      case 'geminiRestore':
        this.question = { kind: 'restore', frame };
        this.processing = false;
        this.bubbles.push({ kind: 'assistant', text: String(frame['message']) });
        break;
      case 'completed':
        return this.finish(frame);
      case 'failed':
        this.processing = false;
        this.currentJobId = null;
        this.bubbles.push({ kind: 'error', text: `エラー: ${String(frame['error'])}` });
        break;
      case 'cancelled':
        this.processing = false;
        this.currentJobId = null;
        this.bubbles.push({ kind: 'system', text: '停止しました' });
        break;
      case 'error':
        this.processing = false;
        this.bubbles.push({ kind: 'error', text: (frame['message'] as string).trim() });
        break;
      case 'gameUpdated':
        this.previewReloads += 1;
        break;
      case 'versionsList':
        this.versions = frame['versions'] as V2Client['versions'];
        break;
      case 'projectRenamed':
        if ((frame['project'] as { id: string } | null)?.id === this.projectId)
          this.projectName = (frame['project'] as { name: string }).name;
        break;
      default:
        break;
    }
  }

  private redraw(frame: Frame): void {
    this.projectId = String(frame['projectId']);
    this.bubbles.length = 0;
    for (const { role, content } of frame['history'] as {
      role: 'user' | 'assistant' | 'system';
      content: string;
    }[])
      this.bubbles.push({ kind: role, text: content });
    this.versions = frame['versions'] as V2Client['versions'];
    const job = frame['activeJob'] as Job | null;
    this.processing = job !== null && ['pending', 'processing'].includes(job.status);
    this.currentJobId = job?.id ?? null;
  }

  private finish(frame: Frame): void {
    this.processing = false;
    this.currentJobId = null;
    const { mode, message } = frame['result'] as { mode?: string; message: string };
    if (mode !== 'chat' && mode !== 'restore') {
      this.bubbles.push({ kind: 'assistant', text: message || 'ゲームを更新しました' });
      this.previewReloads += 1;
    }
  }
}
