import { once } from 'node:events';
import WebSocket from 'ws';
import { createUser, type TestUser } from '../support/users.js';
import type { Bench } from './measurement.js';

export interface Frame {
  type: string;
  atMs: number;
  [field: string]: unknown;
}

const PATIENCE_MS = 300_000;

/**
 * A socket whose frames carry the moment of their arrival (`performance.now()`); waiting costs no
 * polling.
 */
export class Player {
  frames: Frame[] = [];
  /** Told every frame as it comes. */
  onFrame: ((frame: Frame) => void) | null = null;
  private readonly waiting = new Set<{
    fits: (frame: Frame) => boolean;
    resolve: (frame: Frame) => void;
    reject: (error: Error) => void;
  }>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) =>
      this.take(JSON.parse((data as Buffer).toString('utf8')) as Frame),
    );
    socket.on('error', () => undefined);
    // It does not come back, as a client would: what it waits for may have come meanwhile.
    socket.on('close', () => {
      for (const { reject } of this.waiting) reject(new Error('the socket was closed'));
    });
  }

  static async open(url: string): Promise<Player> {
    const socket = new WebSocket(url);
    const player = new Player(socket);
    await once(socket, 'open');
    return player;
  }

  /** A signed-in socket; without `limit` it is told of all projects, as V2's client is. */
  static async connect(baseUrl: string, token: string, limit?: number): Promise<Player> {
    const player = await Player.open(baseUrl.replace(/^http/, 'ws'));
    await player.ask({ type: 'init', access_token: token, limit }, 'init');
    return player;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The next frame of this type that comes after now. */
  next(type: string, timeoutMs = PATIENCE_MS): Promise<Frame> {
    return this.nextThat((frame) => frame.type === type, type, timeoutMs);
  }

  async nextThat(
    fits: (frame: Frame) => boolean,
    what: string,
    timeoutMs = PATIENCE_MS,
  ): Promise<Frame> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Frame>((resolve, reject) => {
        this.waiting.add({ fits, resolve, reject });
        timer = setTimeout(
          () =>
            reject(
              new Error(
                `no ${what} within ${timeoutMs} ms; the last frames: ` +
                  `${JSON.stringify(this.frames.slice(-4)).slice(0, 600)}`,
              ),
            ),
          timeoutMs,
        );
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a frame and waits for its answer. */
  async ask(frame: object, answer: string): Promise<Frame> {
    const coming = this.next(answer, 60_000);
    this.send(frame);
    return coming;
  }

  close(): void {
    this.socket.terminate();
  }

  private take(frame: Frame): void {
    frame.atMs = performance.now();
    this.frames.push(frame);
    this.onFrame?.(frame);
    for (const waiter of this.waiting) {
      if (!waiter.fits(frame)) continue;
      this.waiting.delete(waiter);
      waiter.resolve(frame);
    }
  }
}

export interface Session {
  readonly user: TestUser;
  readonly player: Player;
  readonly projectId: string;
}

/** A new user on a new project. */
export async function openSession({ stack }: Bench): Promise<Session> {
  const user = await createUser(stack.env, 'bench');
  const player = await Player.connect(stack.baseUrl, user.accessToken);
  const { project } = (await player.ask(
    { type: 'createProject', name: 'New Game' },
    'projectCreated',
  )) as unknown as { project: { id: string } };
  await player.ask({ type: 'selectProject', projectId: project.id }, 'projectSelected');
  return { user, player, projectId: project.id };
}

export const REQUEST = '2Dのシューティングゲームを作って';

export interface Tap {
  readonly jobId: string;
  readonly startedMs: number;
  readonly textMs: number;
  readonly completedMs: number;
}

/**
 * Sends one message and answers how long each thing took to come, counted from the tap. Throws when
 * it does not end as completed.
 */
export async function tap(player: Player, content = REQUEST): Promise<Tap> {
  const [started, text] = [player.next('jobStarted'), player.next('stream')];
  // An answer without text ends with `completed` all the same; the end tells what went wrong.
  for (const each of [started, text]) each.catch(() => undefined);
  const end = player.nextThat(
    ({ type }) => ['completed', 'failed', 'cancelled', 'error'].includes(type),
    'end of the job',
  );
  const tappedMs = performance.now();
  player.send({
    type: 'message',
    content,
    messageId: crypto.randomUUID(),
    skipStyleSelection: true,
  });
  const last = await end;
  if (last.type !== 'completed')
    throw new Error(`the job ended otherwise: ${JSON.stringify(last).slice(0, 400)}`);
  const first = await started;
  return {
    jobId: String(first['jobId']),
    startedMs: first.atMs - tappedMs,
    textMs: (await text).atMs - tappedMs,
    completedMs: last.atMs - tappedMs,
  };
}
