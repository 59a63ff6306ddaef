import { isAway } from '../away.js';
import { codedError } from '../../contracts/wire/frames.js';
import {
  ANY_FAILURE,
  CLIENT_FRAMES,
  isClientFrameType,
  type ClientFrameType,
  type FrameRow,
} from '../../contracts/wire/client-frames.js';
import type { LimitClass } from '../../contracts/base/limits.js';
import { isSmallJson } from '../../contracts/base/json-size.js';
import { inSpan } from '../../telemetry/tracing.js';
import { countedAs } from '../guards/rate-limits.js';
import type { SocketDeps } from './deps.js';
import type { Found, Handlers } from './handler.js';
import * as jobs from './job-handlers.js';
import * as messages from './message-handler.js';
import { ownedJob, ownedProject } from './ownership.js';
import * as projects from './project-handlers.js';
import * as selection from './select-project.js';
import { CLOSE, type Session, type SignedInSession } from './session.js';
import * as signIn from './sign-in.js';
import * as versions from './version-handlers.js';

/** A frame of type `x` is handled by the exported function `x`. */
const HANDLERS: Handlers = {
  ...signIn,
  ...selection,
  ...projects,
  ...messages,
  ...jobs,
  ...versions,
  ping: (_deps, session) => session.send({ type: 'pong' }),
};

type Find = (deps: SocketDeps, session: SignedInSession, frame: Ids) => Promise<unknown>;
type Ids = { readonly projectId?: unknown; readonly jobId?: unknown };
const inProject = (deps: SocketDeps, { identity }: SignedInSession, projectId: unknown) =>
  ownedProject(deps, identity.id, projectId);

/** What a frame is about, and the literal while that is not the user's. */
const FIND: { readonly [G in keyof Found]?: readonly [denied: string, find: Find] } = {
  selected: ['Access denied', (deps, session) => inProject(deps, session, session.projectId)],
  project: ['Access denied', (deps, session, frame) => inProject(deps, session, frame.projectId)],
  job: ['Job not found', (deps, { identity }, { jobId }) => ownedJob(deps, identity.id, jobId)],
};

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

type ParsedFrame = { type: ClientFrameType; body: unknown; chars: number };

/**
 * Handles the frames of one socket: handlers run side by side (websocket.md §8), `ping` never waits
 * for another frame, and a failure is answered with the row's literal while the socket stays open
 * (§3). While the database or Temporal is unavailable the literal carries a code, so that a client
 * can send the frame again.
 */
export class Dispatcher {
  private running = 0;
  private unansweredChars = 0;
  private readonly waiting: ParsedFrame[] = [];

  constructor(
    private readonly deps: SocketDeps,
    private readonly session: Session,
  ) {}

  take(bytes: Buffer): void {
    if (!this.session.isOpen) return;
    const frame = parseFrame(bytes);
    if (typeof frame === 'string') return this.answerUnreadable(frame);
    if (frame.type === 'ping') return void this.handle(frame);
    this.unansweredChars += frame.chars;
    if (this.waiting.length >= MAX_WAITING || this.unansweredChars > MAX_UNANSWERED_CHARS) {
      this.waiting.length = 0;
      return this.session.close(CLOSE.tooManyFrames);
    }
    this.waiting.push(frame);
    this.next();
  }

  /** After sign-in the socket stays open (websocket.md §3); before, its peer is no client. */
  private answerUnreadable(literal: ReturnType<typeof parseFrame> & string): void {
    this.session.fail(literal);
    if (literal === ANY_FAILURE && !this.session.isSignedIn()) this.session.close(CLOSE.noFrame);
  }

  private next(): void {
    if (this.running >= MAX_RUNNING) return;
    const frame = this.waiting.shift();
    if (!frame || !this.session.isOpen) return;
    this.running += 1;
    void this.handle(frame).finally(() => {
      this.running -= 1;
      this.unansweredChars -= frame.chars;
      this.next();
    });
  }

  private async handle({ type, body }: Pick<ParsedFrame, 'type' | 'body'>): Promise<void> {
    const { deps, session } = this;
    const row: FrameRow = CLIENT_FRAMES[type];
    try {
      const call = await this.admit(row, body);
      if (typeof call === 'string') return session.fail(call);
      if (call === null) return;
      const handler = HANDLERS[type] as (...args: unknown[]) => Promise<void> | void;
      const handle = async (): Promise<void> => handler(deps, session, call.frame, call.found);
      await (row.isTraced ? inSpan({ layer: 'message', kind: type }, handle) : handle());
    } catch (error) {
      deps.log.error(
        { err: error, type, userId: session.identity?.id },
        'a socket frame could not be handled',
      );
      if (!isAway(error)) return session.fail(ANY_FAILURE);
      session.send(codedError('OPERATION_FAILED', row.failure ?? ANY_FAILURE));
      // A socket whose `init` failed stays without a user: its client connects again.
      if (type === 'init') session.close(CLOSE.unavailable);
    }
  }

  /** What the handler starts with; else the literal that refuses the frame, or null = answered. */
  private async admit(
    { guard: { name, refused, invalid }, limit, schema }: FrameRow,
    body: unknown,
  ): Promise<{ frame: unknown; found: unknown } | string | null> {
    const { deps, session } = this;
    if (limit !== 'ai' && (await this.isOverLimit(limit))) return null;
    if (refused !== undefined && !session.isSignedIn()) return refused;
    if (name === 'selected' && !session.projectId) return refused;
    const parsed = schema.safeParse(body, { error: () => invalid });
    if (!parsed.success) return parsed.error.issues[0]?.message ?? invalid;
    const [denied, find] = FIND[name] ?? [];
    const found = await find?.(deps, session as SignedInSession, parsed.data);
    if (found === null && denied !== undefined) return denied;
    if (limit === 'ai' && (await this.isOverLimit(limit))) return null;
    return { frame: parsed.data, found };
  }

  /** Counts a frame for its user; true = it was over the limit and has been refused. */
  private async isOverLimit(limit: LimitClass | 'frames'): Promise<boolean> {
    if (limit === 'frames' || limit === 'sessions') return false;
    if (!this.session.isSignedIn()) return false;
    const { identity, place } = this.session;
    const retryAfterS = await this.deps.limits.take(limit, countedAs(identity, place.address));
    if (retryAfterS !== null) this.session.refuse(limit, retryAfterS);
    return retryAfterS !== null;
  }
}

/** A frame of a known type, or the literal that answers it. */
function parseFrame(bytes: Buffer): ParsedFrame | typeof ANY_FAILURE | 'Unknown message type' {
  if (!isSmallJson(bytes, MAX_VALUES)) return ANY_FAILURE;
  const text = bytes.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return ANY_FAILURE;
  }
  if (body === null) return ANY_FAILURE;
  const { type } = body as { type?: unknown };
  return isClientFrameType(type) ? { type, body, chars: text.length } : 'Unknown message type';
}
