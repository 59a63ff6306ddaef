import { setTimeout as sleep } from 'node:timers/promises';
import { GAME_FAULTS } from '../../dev/demo-model/faulty-games.js';
import { jobIdFor } from '../../src/contracts/base/ids.js';
import { Listener, type JobFrame } from '../support/listener.js';
import { patient } from '../support/patience.js';
import { createUser } from '../support/users.js';
import { askUntilAnswered, type Call } from './calls.js';
import type { Random } from './random.js';

export type Doing =
  | 'make'
  | 'edit'
  | 'ask'
  | 'cancel'
  | 'reload'
  | 'double'
  | 'queue'
  | 'restore'
  | 'image'
  | 'video'
  | 'delete';

/** One accepted message as its sender saw it. */
export interface Run {
  jobId: string;
  messageId: string;
  userId: string;
  projectId: string;
  doing: Doing;
  /** Which of the users who play at the same time. */
  place: number;
  acceptedAtMs: number;
  /** The end that was heard; null when none came within the bound. */
  end: string | null;
  tookMs: number;
  /** Places in the stream in the order in which they were heard. */
  places: { attempt: number; seq: number }[];
  /** Heard from its start, resumed where it was: nothing may be missing, nothing come twice. */
  isFollowed: boolean;
  /** The fault that the wish asked the demo model for; null = none. */
  fault: string | null;
  told: Told;
}
/** What the frame of an end said; empty while none was heard. */
export interface Told {
  /** The words for the player: of a game, or of a failure. */
  message: string;
  /** Of a failure. */
  code: string | null;
  verdict: string | null;
}
export interface Restore {
  actionId: string;
  projectId: string;
  versionId: string;
  answer: string | null;
}
/** Something that a user could not do although the stack had time to recover. */
export interface Complaint {
  projectId: string | null;
  doing: string;
  /** What was answered instead, and since when it was asked, in ms since the epoch. */
  answers: string;
  atMs: number;
}
const NOTHING_TOLD: Told = { message: '', code: null, verdict: null };
export interface Diary {
  /** How each user signs in. */
  accounts: Map<string, { email: string; password: string }>;
  /** Every message that was sent, once, whether it was accepted or not. */
  messages: { projectId: string; messageId: string; content: string }[];
  runs: Run[];
  restores: Restore[];
  calls: Call[];
  /** Projects that their owners have deleted. */
  deleted: Set<string>;
  complaints: Complaint[];
}
export const emptyDiary = (): Diary => ({
  accounts: new Map(),
  messages: [],
  runs: [],
  restores: [],
  calls: [],
  deleted: new Set(),
  complaints: [],
});

const WEIGHTS: Readonly<Record<Doing, number>> = {
  make: 3,
  edit: 5,
  ask: 3,
  cancel: 2,
  reload: 4,
  double: 2,
  queue: 2,
  restore: 2,
  image: 2,
  video: 1,
  delete: 1,
};
const GAMES = [
  '2Dのシューティングゲームを作って',
  '2Dのキャッチゲームを作って',
  '2Dの迷路ゲームを作って',
  '3Dのレースゲームを作って',
];
const EDITS = ['敵を青にして', 'もっと速くして', '背景を赤にして', 'プレイヤーを大きくして'];
const QUESTION = 'このゲームの遊び方は？';
const ENDS = ['completed', 'failed', 'cancelled'];
/**
 * A message must be accepted, and its end heard, within these: the longest recovery and the queue
 * before it, and a part that dies again while it comes back.
 */
const ACCEPTED_MS = 120_000;
const ENDED_MS = 240_000;
/** Up to three runs and four plays, which a kill begins again, behind those of the others. */
const PLAYED_MS = 900_000;
/** Of the wishes that ask for games. */
const FAULTY_SHARE = 0.75;
const ANSWER_MS = 25_000;

interface Said extends Pick<Run, 'doing' | 'fault'> {
  content: string;
  /** It waits behind the message before it (Q3). */
  isQueued?: boolean;
}

export interface PlayerOptions {
  env: Readonly<Record<string, string>>;
  baseUrl: string;
  random: Random;
  diary: Diary;
  place: number;
  hasTurn: () => boolean;
  /** When something was killed or stopped last, as `Date.now()` tells it; 0 = never. */
  lastTroubleMs: () => number;
  /** Most games that are made anew ask for a fault. */
  isFaulty: boolean;
  isPlayed: boolean;
}

/** A user who plays with the product as long as he has a turn, then leaves. */
export class Player {
  private listener!: Listener;
  private userId = '';
  private token = '';
  private projectId = '';
  private versions: string[] = [];

  constructor(private readonly options: PlayerOptions) {}

  async live(): Promise<void> {
    await this.signUp();
    try {
      while (this.options.hasTurn()) await this.act(this.decide());
    } finally {
      this.listener.close();
    }
  }

  private async signUp(): Promise<void> {
    const { env, baseUrl } = this.options;
    const user = await retryTransient(() => createUser(env, 'chaos'));
    this.userId = user.id;
    this.token = user.accessToken;
    this.options.diary.accounts.set(user.id, { email: user.email, password: user.password });
    this.listener = new Listener(baseUrl, user.accessToken);
    await this.listener.open().catch(() => undefined);
    await this.listener.until(({ type }) => type === 'init');
  }

  private decide(): Doing {
    const doing = this.options.random.weighted(WEIGHTS);
    return this.projectId ? doing : 'make';
  }

  private async act(doing: Doing): Promise<void> {
    const { random } = this.options;
    await sleep(random.between(0, 800));
    if (doing === 'make') await this.newProject();
    if (doing === 'restore') return this.restore();
    if (doing === 'image' || doing === 'video') return this.call(doing);
    if (doing === 'delete') return this.delete();
    const game = doing === 'make' ? this.wish() : null;
    const content = game?.content ?? (doing === 'ask' ? QUESTION : random.pick(EDITS));
    const lateMs = random.between(0, 4_000);
    const forgets = random.next() < 0.3;
    await this.say({ doing, content, fault: game?.fault ?? null }, async (run) => {
      await sleep(lateMs);
      if (doing === 'cancel') this.listener.send({ type: 'cancel', jobId: run.jobId });
      if (doing === 'reload') this.reload(run, forgets);
      if (doing === 'queue') await this.sayNext(run);
    });
  }

  /** Another message while that one is worked on. */
  private async sayNext(run: Run): Promise<void> {
    // Each time that it is sent the server may begin the stream of the other one again.
    run.isFollowed = false;
    await this.say({ doing: 'queue', content: QUESTION, fault: null, isQueued: true }, () =>
      Promise.resolve(),
    );
  }

  /** A game; where games are to be faulty, which fault is decided beside the other decisions. */
  private wish(): { content: string; fault: string | null } {
    const { random, isFaulty } = this.options;
    const game = random.pick(GAMES);
    if (!isFaulty || random.next() >= FAULTY_SHARE) return { content: game, fault: null };
    const fault = random.pick(GAME_FAULTS);
    return { content: `${game}。DEMO: ${fault}`, fault };
  }

  /** The connection is lost, or the page is opened anew and knows nothing of the stream. */
  private reload(run: Run, forgets: boolean): void {
    if (forgets) {
      this.listener.lastPlace = null;
      run.isFollowed = false;
    }
    this.listener.drop();
  }

  private async newProject(): Promise<void> {
    const from = this.listener.frames.length;
    const created = await this.insist(
      () => this.listener.send({ type: 'createProject', name: '新しいゲーム' }),
      ({ type }) => type === 'projectCreated',
      from,
    );
    if (!created) return this.complain('createProject');
    this.projectId = (created['project'] as { id: string }).id;
    this.versions = [];
    await this.select();
  }

  private async select(): Promise<void> {
    await this.listener.select(this.projectId, 5_000).catch(() => undefined);
  }

  private async say(
    { doing, content, fault, isQueued = false }: Said,
    meanwhile: (run: Run) => Promise<void>,
  ): Promise<void> {
    const messageId = this.options.random.uuid();
    const run: Run = {
      jobId: jobIdFor(this.projectId, messageId),
      messageId,
      userId: this.userId,
      projectId: this.projectId,
      doing,
      place: this.options.place,
      acceptedAtMs: 0,
      end: null,
      tookMs: 0,
      places: [],
      isFollowed: !isQueued,
      fault,
      told: NOTHING_TOLD,
    };
    const from = this.listener.frames.length;
    const frame = { skipStyleSelection: true, ...(isQueued && { queue: true }) };
    const send = () => this.listener.say(content, frame, messageId);
    let sent = 0;
    this.options.diary.messages.push({ projectId: this.projectId, messageId, content });
    const accepted = await this.insist(
      () => {
        sent += 1;
        send();
        if (doing === 'double') send();
      },
      (frame) => frame.type === 'jobStarted' && frame.jobId === run.jobId,
      from,
    );
    if (!accepted) return this.complain(doing);
    if (sent > 1) run.isFollowed = false;
    run.acceptedAtMs = Date.now();
    this.options.diary.runs.push(run);
    const disturbed = meanwhile(run);
    await this.untilEnd(run, from, send);
    await disturbed;
    run.tookMs = Date.now() - run.acceptedAtMs;
    run.places = this.listener.frames
      .slice(from)
      .flatMap(({ jobId, attempt, seq }) =>
        jobId === run.jobId && attempt !== undefined && seq !== undefined ? [{ attempt, seq }] : [],
      );
    if (run.end === 'completed') await this.lookAtVersions();
  }

  /**
   * Listens until the end; whoever comes back without a place in the stream asks again with the
   * same message id.
   */
  private async untilEnd(run: Run, from: number, send: () => void): Promise<void> {
    let connection = this.listener.reconnects;
    let errors = this.errorsSince(from);
    // What waits has the time of the one before it, too.
    const turns = run.doing === 'queue' ? 2 : 1;
    const limitMs = turns * patient(this.options.isPlayed ? PLAYED_MS : ENDED_MS);
    for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(30)) {
      const end = this.listener.frames
        .slice(from)
        .find(({ type, jobId }) => jobId === run.jobId && ENDS.includes(type));
      if (end) {
        [run.end, run.told] = [end.type, toldBy(end)];
        return;
      }
      const isBack = this.listener.reconnects !== connection;
      if (!isBack && this.errorsSince(from) === errors) continue;
      const seen = this.listener.frames.length;
      // The listener selects its project by itself when it is back; after an error it is asked to.
      if (isBack)
        await this.listener
          .until(({ type }) => type === 'projectSelected', Math.max(from, seen - 3), 5_000)
          .catch(() => this.select());
      else await sleep(500).then(() => this.select());
      [connection, errors] = [this.listener.reconnects, this.errorsSince(from)];
      if (this.listener.lastPlace?.jobId === run.jobId) continue;
      run.isFollowed = false;
      send();
    }
  }

  private errorsSince(from: number): number {
    return this.listener.frames.slice(from).filter(({ type }) => type === 'error').length;
  }

  private async lookAtVersions(): Promise<void> {
    const from = this.listener.frames.length;
    this.listener.send({ type: 'getVersions', projectId: this.projectId });
    const list = await this.listener
      .until(({ type }) => type === 'versionsList', from, 5_000)
      .catch(() => null);
    if (list) this.versions = (list['versions'] as { id: string }[]).map(({ id }) => id);
  }

  private async restore(): Promise<void> {
    const { random, diary } = this.options;
    const choice = random.next();
    const messageId = random.uuid();
    const versionId = this.versions[Math.floor(choice * this.versions.length)];
    if (versionId === undefined) return;
    const restore: Restore = {
      actionId: jobIdFor(this.projectId, messageId),
      projectId: this.projectId,
      versionId,
      answer: null,
    };
    diary.restores.push(restore);
    const frame = { type: 'restoreVersion', projectId: this.projectId, versionId, messageId };
    const answer = await this.insist(
      () => this.listener.send(frame),
      ({ type }) => type === 'versionRestored',
      this.listener.frames.length,
    );
    restore.answer = answer?.type ?? null;
    if (!answer) this.complain('restore');
  }

  /** An image, or the video of the game, over HTTP; now and then asked for again under its id. */
  private async call(kind: Call['kind']): Promise<void> {
    const { random, diary } = this.options;
    const actionId = random.uuid();
    const isAskedAgain = random.next() < 0.4;
    if (kind === 'video' && this.versions.length === 0) return;
    const projectId = kind === 'video' ? this.projectId : null;
    const call: Call = {
      actionId,
      userId: this.userId,
      projectId,
      kind,
      status: null,
      again: null,
    };
    diary.calls.push(call);
    call.status = await this.askFor(call);
    if (call.status === null) return;
    if (isAskedAgain) call.again = await this.askFor(call);
  }

  private async askFor({
    actionId,
    projectId,
  }: Pick<Call, 'actionId' | 'projectId'>): Promise<number | null> {
    const path =
      projectId === null ? '/api/generate-image' : `/api/projects/${projectId}/generate-movie`;
    const { status, refusals } = await askUntilAnswered({
      url: `${this.options.baseUrl}${path}`,
      token: this.token,
      body: { actionId, prompt: '青い鳥' },
      lastTroubleMs: this.options.lastTroubleMs,
    });
    if (status === null)
      this.complain(`${projectId === null ? 'image' : 'video'} ${actionId}`, refusals);
    return status;
  }

  /** Deletes the project while its video is made, where it has a game. */
  private async delete(): Promise<void> {
    const { random, diary } = this.options;
    const { projectId } = this;
    const actionId = random.uuid();
    const lateMs = random.between(0, 3_000);
    const video = this.versions.length > 0 ? this.askFor({ actionId, projectId }) : null;
    await sleep(lateMs);
    let sent = 0;
    const gone = await this.insist(
      () => {
        sent += 1;
        this.listener.send({ type: 'deleteProject', projectId });
      },
      // Whose first answer was lost hears that there is no such project.
      ({ type, ...frame }) =>
        (type === 'projectDeleted' && frame['projectId'] === projectId) ||
        (type === 'error' && sent > 1 && frame['message'] === 'Access denied'),
      this.listener.frames.length,
    );
    diary.deleted.add(projectId);
    if (!gone) this.complain('delete');
    [this.projectId, this.versions] = ['', []];
    await video;
  }

  /**
   * Does it again, under the same id, until the answer comes: after a refusal, a lost connection,
   * or silence.
   */
  private async insist(
    send: () => void,
    fits: (frame: JobFrame) => boolean,
    from: number,
  ): Promise<JobFrame | null> {
    for (
      const deadline = Date.now() + patient(ACCEPTED_MS);
      Date.now() < deadline;
      await sleep(400)
    ) {
      const sentAt = this.listener.frames.length;
      const connection = this.listener.reconnects;
      send();
      await this.listener
        .until(
          (frame) =>
            frame.type === 'error' || fits(frame) || this.listener.reconnects !== connection,
          sentAt,
          ANSWER_MS,
        )
        .catch(() => undefined);
      const answer = this.listener.frames.slice(from).find(fits);
      if (answer) return answer;
      if (this.projectId) await this.select();
    }
    return null;
  }

  private complain(doing: string, answers = this.lastErrors()): void {
    this.options.diary.complaints.push({
      projectId: this.projectId || null,
      doing,
      answers,
      atMs: Date.now(),
    });
  }

  /** The last errors of the socket, and how often it had to come back. */
  private lastErrors(): string {
    const errors = this.listener.frames
      .filter(({ type }) => type === 'error')
      .slice(-3)
      .map((frame) => JSON.stringify(frame).slice(0, 160));
    return `${errors.join(' ') || 'silence'}; ${this.listener.reconnects} reconnects`;
  }
}

/** Tries until it works: what a user would do while a part is coming back. */
async function retryTransient<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + patient(ACCEPTED_MS); ;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}

function toldBy(frame: JobFrame): Told {
  const {
    error,
    code = null,
    result,
  } = frame as {
    error?: string;
    code?: string | null;
    result?: { message?: string; play?: { verdict: string } };
  };
  return {
    message: error ?? result?.message ?? '',
    code,
    verdict: result?.play?.verdict ?? null,
  };
}

/** Says one thing in a project when all is quiet: a project that does not answer is stuck. */
export async function probe(options: {
  baseUrl: string;
  token: string;
  projectId: string;
  timeoutMs: number;
}): Promise<boolean> {
  const listener = new Listener(options.baseUrl, options.token, options.projectId);
  try {
    await listener.open();
    listener.say(QUESTION);
    await listener.until(({ type }) => type === 'jobStarted', 0, options.timeoutMs);
    await listener.until(({ type }) => ENDS.includes(type), 0, options.timeoutMs);
    return true;
  } catch {
    return false;
  } finally {
    listener.close();
  }
}
