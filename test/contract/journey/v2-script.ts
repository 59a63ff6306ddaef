import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createClient } from '@supabase/supabase-js';
import WebSocket from 'ws';

/**
 * What the stand-alone scripts of the earlier product are made of (rest.md §13): a Supabase client
 * per key and per user, fetch, and sockets that take the next incoming message as the answer.
 * Imports nothing of ours.
 */
export type Who = 'owner' | 'other' | 'nobody';
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly db: Database;
}
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}
export type Frame = Readonly<Record<string, unknown>>;
export type Database = ReturnType<typeof clientOf>;
type Env = Readonly<Record<string, string>>;

/** A client with that key of the environment. */
const clientOf = (env: Env, key: 'SUPABASE_ANON_KEY' | 'SUPABASE_SERVICE_ROLE_KEY') =>
  createClient(env['SUPABASE_URL'] ?? '', env[key] ?? '', {
    auth: { persistSession: false, autoRefreshToken: false },
  });

export class V2Script {
  readonly service: Database;
  readonly anon: Database;
  /** Names with a colon in addresses, frames and expectations stand for these. */
  readonly things: Record<string, string> = { unknown: randomUUID() };
  private readonly sockets = new Map<string, ScriptSocket>();

  private constructor(
    readonly baseUrl: string,
    env: Env,
    private readonly accounts: Record<Exclude<Who, 'nobody'>, Account>,
  ) {
    this.service = clientOf(env, 'SUPABASE_SERVICE_ROLE_KEY');
    this.anon = clientOf(env, 'SUPABASE_ANON_KEY');
    for (const [who, { id }] of Object.entries(accounts)) this.things[who] = id;
  }

  /**
   * With its two accounts: they are there beforehand from an earlier run, one comes in by password
   * and one by a link.
   */
  static async start(baseUrl: string, env: Env): Promise<V2Script> {
    const run = randomUUID().slice(0, 8);
    const script = (password: string, name: string) =>
      accountOf(env, { email: `${name}-${run}@example.test`, password });
    await script('of an earlier run', 'owner');
    return new V2Script(baseUrl, env, {
      owner: await script('password of this run', 'owner'),
      other: await accountByLink(env, `other-${run}@example.test`),
    });
  }

  account(who: Exclude<Who, 'nobody'>): Account {
    return this.accounts[who];
  }

  named(text: string): string {
    return text.replaceAll(/:([a-z]+)\b/gi, (whole, name: string) => this.things[name] ?? whole);
  }

  /** Status, and JSON or text. */
  async http(
    method: string,
    path: string,
    who: Who,
    more: { readonly headers?: Record<string, string>; readonly form?: FormData } = {},
  ): Promise<Answer> {
    const { headers, form } = more;
    const token: Record<string, string> =
      who === 'nobody' ? {} : { authorization: `Bearer ${this.accounts[who].token}` };
    const response = await fetch(`${this.baseUrl}${this.named(path)}`, {
      method,
      headers: { ...token, ...headers },
      ...(form ? { body: form } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: response.headers.get('content-type')?.startsWith('application/json')
        ? (JSON.parse(text) as unknown)
        : text,
    };
  }

  /**
   * The next message on that user's socket, which says `init` first unless the script has not come
   * to it.
   */
  async socket(who: Who, frame: Frame): Promise<Frame> {
    const socket = this.sockets.get(who) ?? (await this.openSocket(who));
    return socket.ask(JSON.parse(this.named(JSON.stringify(frame))) as Frame);
  }

  /** Messages that came unasked, of all sockets. */
  unasked(): Frame[] {
    return [...this.sockets.values()].flatMap((socket) => socket.unasked);
  }

  /**
   * As the scripts clean up: rows by service role, files straight from the server's disk, accounts
   * by the administration.
   */
  async cleanUp(): Promise<void> {
    for (const socket of this.sockets.values()) await socket.close();
    for (const { id } of Object.values(this.accounts)) {
      for (const file of await this.files(id)) await rm(file);
      for (const [table, column] of [
        ['jobs', 'user_id'],
        ['assets', 'owner_id'],
        ['projects', 'user_id'],
        ['profiles', 'id'],
      ] as const) {
        const { error } = await this.service.from(table).delete().eq(column, id);
        if (error) throw new Error(`${table}: ${error.message}`);
      }
      const { error } = await this.service.auth.admin.deleteUser(id);
      if (error) throw error;
    }
  }

  /** Paths of the files of that user's assets, as the rows name them. */
  async files(userId: string): Promise<string[]> {
    const { data } = await this.service
      .from('assets')
      .select('storage_path')
      .eq('owner_id', userId)
      .like('storage_path', `%/users/${userId}/%`);
    return [...new Set(data?.map((row) => String(row.storage_path)))];
  }

  private async openSocket(who: Who): Promise<ScriptSocket> {
    const socket = await ScriptSocket.open(this.baseUrl);
    this.sockets.set(who, socket);
    return socket;
  }
}

/** One socket; between question and answer nothing may come. */
class ScriptSocket {
  readonly unasked: Frame[] = [];
  private waiting: ((frame: Frame) => void) | null = null;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString('utf8')) as Frame;
      if (this.waiting) this.waiting(frame);
      else this.unasked.push(frame);
      this.waiting = null;
    });
  }

  static async open(baseUrl: string): Promise<ScriptSocket> {
    const socket = new WebSocket(baseUrl.replace(/^http/, 'ws'));
    const opened = new ScriptSocket(socket);
    await once(socket, 'open');
    return opened;
  }

  async ask(frame: Frame): Promise<Frame> {
    const answer = new Promise<Frame>((resolve) => {
      this.waiting = resolve;
    });
    this.socket.send(JSON.stringify(frame));
    return answer;
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}

/**
 * A user with a known password: made by the administration, or found among all users and given the
 * password.
 */
async function accountOf(
  env: Env,
  { email, password }: { email: string; password: string },
): Promise<Account> {
  const { admin } = clientOf(env, 'SUPABASE_SERVICE_ROLE_KEY').auth;
  const made = await admin.createUser({ email, password, email_confirm: true });
  if (made.error) {
    const { data } = await admin.listUsers({ page: 1, perPage: 1000 });
    const known = data.users.find((user) => user.email === email);
    if (!known) throw made.error;
    const { error } = await admin.updateUserById(known.id, { password });
    if (error) throw error;
  }
  return signedIn(env, (client) => client.auth.signInWithPassword({ email, password }));
}

/** A user who comes in by the token of a link that nobody mails. */
async function accountByLink(env: Env, email: string): Promise<Account> {
  const { data, error } = await clientOf(env, 'SUPABASE_SERVICE_ROLE_KEY').auth.admin.generateLink({
    type: 'magiclink',
    email,
  });
  if (error) throw error;
  return signedIn(env, (client) =>
    client.auth.verifyOtp({ token_hash: data.properties.hashed_token, type: 'magiclink' }),
  );
}

type SignIn = (client: Database) => Promise<{
  data: { user: { id: string; email?: string } | null; session: { access_token: string } | null };
  error: Error | null;
}>;

async function signedIn(env: Env, signIn: SignIn): Promise<Account> {
  const db = clientOf(env, 'SUPABASE_ANON_KEY');
  const {
    data: { user, session },
    error,
  } = await signIn(db);
  if (error || !user || !session) throw error ?? new Error('no session');
  return { id: user.id, email: user.email ?? '', token: session.access_token, db };
}
