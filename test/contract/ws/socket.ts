import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { patient } from '../../support/patience.js';
import type { TestUser } from '../../support/users.js';

/** A frame as it was on the wire. */
export interface Frame {
  type: string;
  [field: string]: unknown;
}

const PATIENCE_MS = patient(25_000);

/** One socket of a test: knows JSON and order, nothing of the protocol. */
export class Socket {
  /** Everything received so far, in order. */
  readonly frames: Frame[] = [];
  readonly closed: Promise<[number, string]>;
  private read = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) =>
      this.frames.push(JSON.parse((data as Buffer).toString('utf8')) as Frame),
    );
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve([code, reason.toString()])),
    );
  }

  static async open(baseUrl: string): Promise<Socket> {
    const socket = new WebSocket(baseUrl.replace(/^http/, 'ws'));
    const opened = new Socket(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return opened;
  }

  /** Signed in; with a selected project when one is given. */
  static async signedIn(baseUrl: string, user: TestUser, projectId?: string): Promise<Socket> {
    const socket = await Socket.open(baseUrl);
    await socket.ask({ type: 'init', access_token: user.accessToken });
    if (projectId) await socket.ask({ type: 'selectProject', projectId });
    return socket;
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The next frame that was not read yet; with `type`, the next of that type. */
  next(type?: string): Promise<Frame> {
    return this.nextWhere(type ?? 'frame', (frame) => !type || frame.type === type);
  }

  /** The next frame that was not read yet and is not of this type. */
  nextExcept(type: string): Promise<Frame> {
    return this.nextWhere(`frame but ${type}`, (frame) => frame.type !== type);
  }

  /** Sends, and answers with the very next frame; those of type `except` are passed over. */
  ask(frame: object | string, except?: string): Promise<Frame> {
    this.read = this.frames.length;
    this.send(frame);
    return except === undefined ? this.next() : this.nextExcept(except);
  }

  /** Sends, and answers with the next frame of this type that tells nothing of another socket. */
  askFor(type: string, frame: object): Promise<Frame> {
    this.read = this.frames.length;
    this.send(frame);
    return this.nextWhere(type, (next) => next.type === type && next['followed'] !== true);
  }

  async nextWhere(what: string, isIt: (frame: Frame) => boolean): Promise<Frame> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(2)) {
      const at = this.frames.findIndex((frame, index) => index >= this.read && isIt(frame));
      const found = this.frames[at];
      if (found) {
        this.read = at + 1;
        return found;
      }
      if (Date.now() > deadline) {
        const types = JSON.stringify(this.frames.map((frame) => frame.type));
        throw new Error(`no ${what} came; received ${types}`);
      }
    }
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** A new project of this socket, selected. */
export async function newProject(socket: Socket, name = '新しいゲーム'): Promise<string> {
  const created = await socket.ask({ type: 'createProject', name });
  return (created['project'] as { id: string }).id;
}

/** Types of frames in order, runs of the same type as one. */
export function typesOf(frames: readonly Frame[]): string[] {
  return frames.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}
