import { isAway } from '../away.js';
import {
  CLIENT_FRAMES,
  codedError,
  isClientFrameType,
  type ClientFrame,
  type ClientFrameType,
} from '../../contracts/frames.js';
import { CODED_MESSAGES } from '../../contracts/errors.js';
import { FRAME_LIMITS } from '../../contracts/limits.js';
import { AUTH_AWAY } from '../guards/auth-lookup.js';
import { isSmallJson } from '../http/json-size.js';
import { inSpan } from '../../telemetry/tracing.js';
import type { SocketDeps } from './deps.js';
import { init } from './sign-in.js';
import { cancel, getJobStatus, subscribeJob } from './job-handlers.js';
import { message } from './message-handler.js';
import {
  createProject,
  deleteProject,
  getProjectInfo,
  listProjects,
  renameProject,
} from './project-handlers.js';
import { getHistory, selectProject } from './select-project.js';
import { CLOSE, type Session } from './session.js';
import { getVersionEdits, getVersions, markVersion, restoreVersion } from './version-handlers.js';

type Handler<T extends ClientFrameType> = (
  deps: SocketDeps,
  session: Session,
  frame: ClientFrame<T>,
) => Promise<void> | void;

const HANDLERS: { [T in ClientFrameType]: Handler<T> } = {
  init,
  selectProject,
  getHistory,
  listProjects,
  createProject,
  deleteProject,
  renameProject,
  getProjectInfo,
  message,
  getJobStatus,
  subscribeJob,
  getVersions,
  getVersionEdits,
  markVersion,
  restoreVersion,
  cancel,
  ping: (_deps, session) => session.send({ type: 'pong' }),
};

/** Frames that begin or end work: each begins a trace. */
const TRACED: ReadonlySet<ClientFrameType> = new Set([
  'message',
  'restoreVersion',
  'deleteProject',
  'cancel',
]);

/**
 * Frames of one socket worked on at the same time, and waiting for that; beyond it the socket is
 * closed.
 */
const MAX_RUNNING = 16;
const MAX_WAITING = 256;
/**
 * Their text, of one socket: a few of the largest frames, so that a flood of those cannot fill our
 * memory.
 */
const MAX_UNANSWERED_CHARS = 256 * 1024;
/** Fields and list items of one frame; a message with all its options has fewer than 100. */
const MAX_VALUES = 1_000;

/** V2's literal for whatever went wrong in a handler, and for what has one of its own (§3). */
const ANY_FAILURE = 'Invalid message format';
const FAILURES: { readonly [T in ClientFrameType]?: string } = {
  init: AUTH_AWAY,
  message: CODED_MESSAGES.OPERATION_FAILED,
  deleteProject: 'Failed to delete project',
  restoreVersion: 'Failed to restore version',
};

type ParsedFrame = { type: ClientFrameType; body: unknown; chars: number };

/**
 * Takes one socket's frames: handlers run side by side (websocket.md §8), `ping` never waits for
 * any of them, and whatever goes wrong is answered with the row's own literal while the socket
 * stays open (§3). A database or Temporal that cannot be asked gives the literal its code, so that
 * a client can tell it from a refusal and send the frame again.
 */
export class Dispatcher {
  #running = 0;
  #unansweredChars = 0;
  readonly #waiting: ParsedFrame[] = [];

  constructor(
    private readonly deps: SocketDeps,
    private readonly session: Session,
  ) {}

  take(bytes: Buffer): void {
    if (!this.session.isOpen) return;
    const frame = parseFrame(bytes);
    if (typeof frame === 'string') return this.#answerUnreadable(frame);
    if (frame.type === 'ping') return void this.#handle(frame);
    this.#unansweredChars += frame.chars;
    if (this.#waiting.length >= MAX_WAITING || this.#unansweredChars > MAX_UNANSWERED_CHARS) {
      this.#waiting.length = 0;
      return this.session.close(CLOSE.tooManyFrames);
    }
    this.#waiting.push(frame);
    this.#next();
  }

  /** After sign-in the socket stays open (websocket.md §3); before, its peer is no client. */
  #answerUnreadable(literal: ReturnType<typeof parseFrame> & string): void {
    this.session.fail(literal);
    if (literal === ANY_FAILURE && !this.session.isSignedIn()) this.session.close(CLOSE.noFrame);
  }

  #next(): void {
    if (this.#running >= MAX_RUNNING) return;
    const frame = this.#waiting.shift();
    if (!frame || !this.session.isOpen) return;
    this.#running += 1;
    void this.#handle(frame).finally(() => {
      this.#running -= 1;
      this.#unansweredChars -= frame.chars;
      this.#next();
    });
  }

  /** Nobody is signed in on a socket whose `init` failed: it is told to come back. */
  #answerAway(type: ClientFrameType): void {
    this.session.send(codedError('OPERATION_FAILED', FAILURES[type] ?? ANY_FAILURE));
    if (type === 'init') this.session.close(CLOSE.unavailable);
  }

  async #handle({ type, body }: Pick<ParsedFrame, 'type' | 'body'>): Promise<void> {
    try {
      const parsed = CLIENT_FRAMES[type].safeParse(body);
      if (!parsed.success) return this.session.fail('Invalid message format');
      if (await this.#isOverLimit(type)) return;
      const handle = async (): Promise<void> =>
        (HANDLERS[type] as Handler<ClientFrameType>)(this.deps, this.session, parsed.data);
      await (TRACED.has(type) ? inSpan({ layer: 'message', kind: type }, handle) : handle());
    } catch (error) {
      this.deps.log.error(
        { err: error, type, userId: this.session.identity?.id },
        'a socket frame could not be handled',
      );
      if (isAway(error)) return this.#answerAway(type);
      this.session.fail(ANY_FAILURE);
    }
  }

  /**
   * Counts a frame for its user and says so when that was too many. What comes before sign-in does
   * nothing; `init` counts when it knows who signs in, a message when it is one.
   */
  async #isOverLimit(type: ClientFrameType): Promise<boolean> {
    const limit = FRAME_LIMITS[type];
    if (limit === 'frames' || limit === 'sessions' || limit === 'ai') return false;
    if (!this.session.isSignedIn()) return false;
    const { identity, place } = this.session;
    const { address } = place;
    const retryAfterS = await this.deps.limits.take(limit, { userId: identity.id, address });
    if (retryAfterS !== null) this.session.refuse(limit, retryAfterS);
    return retryAfterS !== null;
  }
}

/** A frame of a known type, or the literal that answers it. */
function parseFrame(
  bytes: Buffer,
): ParsedFrame | 'Invalid message format' | 'Unknown message type' {
  if (!isSmallJson(bytes, MAX_VALUES)) return ANY_FAILURE;
  const text = bytes.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'Invalid message format';
  }
  if (body === null || body === undefined) return 'Invalid message format';
  const { type } = body as { type?: unknown };
  return isClientFrameType(type) ? { type, body, chars: text.length } : 'Unknown message type';
}
