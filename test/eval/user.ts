import { z } from 'zod';
import { JobResult, JobRow } from '../../src/contracts/rows/rows.js';
import { AssetUploaded, Code } from '../../src/contracts/wire/http.js';
import { spritePath } from '../../src/contracts/game/brief.js';
import type { SelectedStyle } from '../../src/contracts/wire/frames.js';
import { attachedName } from '../../src/domain/assets/attached-images.js';
import { Listener, type JobFrame } from '../support/listener.js';
import { patient } from '../support/patience.js';
import type { Stack } from '../support/stack.js';
import { createUser, type TestUser } from '../support/users.js';
import type { Intent } from './wishes.js';

/** A job ends within ten minutes (JOB_TIMEOUT_MS), its plays come on top. */
const JOB_LIMIT_MS = patient(20 * 60_000);
const ENDS = ['completed', 'failed', 'cancelled', 'error'];

/** What became of one message. */
export interface Answer {
  /** Null = it was not taken. */
  readonly jobId: string | null;
  readonly did: Intent | null;
  readonly failure: string | null;
  /** All that the player could read: what was streamed, and how it ended. */
  readonly said: string;
  readonly repairs: number;
  readonly seconds: number;
}

/** An image that goes out with a message: the line before the words, and what a game may name. */
export interface Attached {
  readonly line: string;
  readonly url: string;
  readonly file: string;
}

/** Somebody with an account, a project and an open socket, as a browser would be. */
export class Maker {
  private constructor(
    readonly stack: Stack,
    readonly user: TestUser,
    readonly projectId: string,
    private readonly listener: Listener,
  ) {}

  static async open(stack: Stack): Promise<Maker> {
    const user = await createUser(stack.env, 'eval');
    const listener = new Listener(stack.baseUrl, user.accessToken);
    await listener.open();
    return new Maker(stack, user, await listener.createProject(), listener);
  }

  close(): void {
    this.listener.close();
  }

  /** Sends a message and waits for its end. */
  async say(content: string, style: SelectedStyle | null = null): Promise<Answer> {
    const from = this.listener.frames.length;
    const startedMs = performance.now();
    const chosen = style === null ? {} : { selectedStyle: style };
    this.listener.say(content, { skipStyleSelection: true, ...chosen });
    const end = await this.listener.until(({ type }) => ENDS.includes(type), from, JOB_LIMIT_MS);
    const seconds = (performance.now() - startedMs) / 1_000;
    return { ...readEnd(end, this.listener.frames.slice(from)), seconds };
  }

  /** Confirms that the version before is to come back. */
  async goBack(): Promise<void> {
    const from = this.listener.frames.length;
    this.listener.send({ type: 'getVersions', projectId: this.projectId });
    const { versions } = Versions.parse(
      await this.listener.until(({ type }) => type === 'versionsList', from),
    );
    const earlier = versions.find(({ current }) => !current);
    if (earlier === undefined) return;
    const { projectId } = this;
    const messageId = crypto.randomUUID();
    const asked = this.listener.frames.length;
    this.listener.send({ type: 'restoreVersion', projectId, versionId: earlier.id, messageId });
    await this.listener.until(
      ({ type }) => type === 'versionRestored' || type === 'error',
      asked,
      JOB_LIMIT_MS,
    );
  }

  /** Uploads an image as the editor does, and answers the line that it puts before a message. */
  async attach(name: string, png: Buffer): Promise<Attached> {
    const form = new FormData();
    form.append('file', new File([new Uint8Array(png)], `${name}.png`, { type: 'image/png' }));
    form.append('originalName', `${name}.png`);
    form.append('projectId', this.projectId);
    const { asset } = AssetUploaded.parse(
      await (await this.ask('/api/assets/upload', { method: 'POST', body: form })).json(),
    );
    const { id, filename, url } = asset;
    const file = spritePath(attachedName(filename, id));
    return { line: `1：画像「${filename}」を使用: ${url}`, url, file };
  }

  /** The page of the game as it is now. */
  async code(): Promise<string> {
    const answer = await this.ask(`/api/projects/${this.projectId}/code`);
    return Code.parse(await answer.json()).code;
  }

  /** Bytes at an address of the API. */
  async bytes(path: string): Promise<Buffer> {
    return Buffer.from(await (await this.ask(path)).arrayBuffer());
  }

  /** Rows of a table that the user may read. */
  async rows(query: string): Promise<unknown> {
    const apikey = this.stack.env['SUPABASE_ANON_KEY'] ?? '';
    const url = `${this.stack.env['SUPABASE_URL'] ?? ''}/rest/v1/${query}`;
    const authorization = `Bearer ${this.user.accessToken}`;
    return (await answered(await fetch(url, { headers: { apikey, authorization } }))).json();
  }

  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const authorization = `Bearer ${this.user.accessToken}`;
    const url = `${this.stack.baseUrl}${path}`;
    return answered(await fetch(url, { ...init, headers: { authorization } }));
  }
}

const Versions = z.object({
  versions: z.array(z.object({ id: z.string(), current: z.boolean() })),
});

async function answered(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  throw new Error(`${new URL(answer.url).pathname}: ${answer.status} ${await answer.text()}`);
}

/** What the frames of a job say of it. */
export function readEnd(end: JobFrame, frames: readonly JobFrame[]): Omit<Answer, 'seconds'> {
  const row = JobRow.safeParse(end['job']).data;
  const streamed = frames.filter(({ type }) => type === 'stream').map(textIn);
  const told = { jobId: row?.id ?? end.jobId ?? null, repairs: row?.trying?.round ?? 0 };
  if (end.type !== 'completed') {
    const failure = row?.error_code ?? wordIn(end, 'code') ?? end.type;
    // What had got as far as a run was taken for a game or a change.
    const did = frames.some(({ type }) => type === 'fileEdit') ? 'edit' : null;
    return { ...told, did, failure, said: streamed.join('') };
  }
  const result = JobResult.parse(end['result']);
  const said = [...streamed, result.message].join('\n');
  return { ...told, did: didOf(result), failure: null, said };
}

function didOf({ mode, generator }: JobResult): Intent {
  if (mode === 'restore') return 'restore';
  // A run that answers in words was started for a change.
  return mode === 'chat' && generator === 'haiku' ? 'chat' : 'edit';
}

const textIn = (frame: JobFrame): string => wordIn(frame, 'content') ?? '';
const wordIn = (frame: JobFrame, field: string): string | undefined =>
  typeof frame[field] === 'string' ? frame[field] : undefined;
