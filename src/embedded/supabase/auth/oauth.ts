import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import { authError } from './errors.js';
import { withSession } from './links.js';
import type { Redirects } from './redirects.js';
import { hashOf, type Session, type Sessions } from './sessions.js';
import { signInHeaders, signInPage } from './sign-in-page.js';
import { type AuthUser, NewUser, type Users } from './users.js';

interface Flow {
  readonly id: string;
  readonly redirect_to: string;
  readonly code_challenge: string | null;
  readonly code_challenge_method: string | null;
  readonly user_id: string | null;
}

const DEFAULT_NAME = 'デモ ユーザー';
const DEFAULT_EMAIL = 'demo@example.com';

/** `signInWithOAuth({ provider: 'google' })` without Google: a local form takes the place of Google's pages. */
export class DeveloperOAuth {
  constructor(
    private readonly pool: pg.Pool,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly redirects: Redirects,
  ) {}

  /** GET /authorize: remembers the flow and shows the form. Only a page that was shown can be sent. */
  async showForm({ query }: Call): Promise<Reply> {
    const provider = query.get('provider');
    if (provider !== 'google') throw authError(400, 'validation_failed', `Unsupported provider: provider ${provider ?? ''} is not enabled`);
    const challenge = query.get('code_challenge');
    const method = query.get('code_challenge_method') ?? 'plain';
    if (challenge !== null && (!/^[\w.~-]{43,128}$/.test(challenge) || !/^(s256|plain)$/i.test(method))) throw authError(400, 'validation_failed', 'code challenge or its method is not valid');
    const redirectTo = this.redirects.choose(query.get('redirect_to'));
    const { rows } = await this.pool.query<{ id: string }>(
      `with forgotten as (delete from auth.flow_state where created_at < now() - interval '1 hour')
       insert into auth.flow_state (redirect_to, code_challenge, code_challenge_method) values ($1, $2, $3) returning id`,
      [redirectTo, challenge, challenge === null ? null : method.toLowerCase()],
    );
    return page(200, { flowId: rows[0]?.id ?? '', redirectTo, name: DEFAULT_NAME, email: DEFAULT_EMAIL });
  }

  /** POST /authorize: finds or creates the user and leads back, with a code (PKCE) or with the session itself (implicit). */
  async takeForm({ body }: Call): Promise<Reply> {
    const form = new URLSearchParams(body);
    const flow = await this.openFlow(form.get('flow'));
    const name = (form.get('name') ?? '').trim().slice(0, 80);
    const given = NewUser.safeParse({
      email: form.get('email') ?? '',
      user_metadata: { name, full_name: name, email: (form.get('email') ?? '').trim().toLowerCase() },
    });
    if (!given.success || name === '') {
      return page(400, { flowId: flow.id, redirectTo: flow.redirect_to, name, email: form.get('email') ?? '', problem: '名前とメールアドレスを確認してください。' });
    }
    const user = (await this.users.byEmail(given.data.email)) ?? (await this.users.create(given.data, 'google'));
    return { status: 303, headers: { location: await this.wayBack(flow, user) } };
  }

  /** POST /token?grant_type=pkce: a code serves once, for five minutes, and only for whoever began the flow. */
  async exchange(body: unknown): Promise<Session> {
    const given = z.object({ auth_code: z.string().min(1), code_verifier: z.string().min(1) }).safeParse(body);
    if (!given.success) throw authError(400, 'validation_failed', 'invalid request: both auth code and code verifier should be non-empty');
    const { rows } = await this.pool.query<Flow>(
      `delete from auth.flow_state where auth_code_hash = $1 and code_challenge is not null and created_at > now() - interval '5 minutes' returning *`, [hashOf(given.data.auth_code)],
    );
    const [flow] = rows;
    const user = flow?.user_id ? await this.users.byId(flow.user_id) : undefined;
    if (!flow || !user) throw authError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
    if (!answersChallenge(given.data.code_verifier, flow.code_challenge ?? '', flow.code_challenge_method ?? '')) {
      throw authError(400, 'bad_code_verifier', 'code challenge does not match previously saved code verifier');
    }
    return this.sessions.open(user, 'oauth');
  }

  private async openFlow(id: string | null): Promise<Flow> {
    const isUuid = z.uuid().safeParse(id).success;
    const { rows } = isUuid
      ? await this.pool.query<Flow>(`select * from auth.flow_state where id = $1 and auth_code_hash is null and created_at > now() - interval '1 hour'`, [id])
      : { rows: [] };
    return rows[0] ?? refuseFlow();
  }

  private async wayBack(flow: Flow, user: AuthUser): Promise<string> {
    const target = new URL(flow.redirect_to);
    if (flow.code_challenge !== null) {
      const code = randomUUID();
      const { rowCount } = await this.pool.query(
        'update auth.flow_state set auth_code_hash = $2, user_id = $3, created_at = now() where id = $1 and auth_code_hash is null', [flow.id, hashOf(code), user.id],
      );
      if (!rowCount) refuseFlow();
      target.searchParams.set('code', code);
      return target.href;
    }
    const { rowCount } = await this.pool.query('delete from auth.flow_state where id = $1', [flow.id]);
    if (!rowCount) refuseFlow();
    return withSession(target.href, await this.sessions.open(user, 'oauth'));
  }
}

function refuseFlow(): never {
  throw authError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
}

function page(status: number, shown: { flowId: string; redirectTo: string; name: string; email: string; problem?: string }): Reply {
  const { redirectTo, ...rest } = shown;
  const redirectOrigin = new URL(redirectTo).origin;
  return { status, body: signInPage(rest), headers: signInHeaders(redirectOrigin) };
}

/** Whether a PKCE verifier belongs to the challenge that began the flow. */
export function answersChallenge(verifier: string, challenge: string, method: string): boolean {
  const answer = method === 's256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  const [given, wanted] = [Buffer.from(answer), Buffer.from(challenge)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
