import type { Call, Reply } from '../http.js';
import type { Flows } from './flows.js';
import { signInHeaders, signInPage } from './sign-in-page.js';
import { NewUser, type Users } from './users.js';

const DEFAULT_NAME = 'デモ ユーザー';
const DEFAULT_EMAIL = 'demo@example.com';

/**
 * `signInWithOAuth({ provider: 'google' })` without Google: a local form takes the place of
 * Google's pages.
 */
export class DeveloperOAuth {
  constructor(
    private readonly flows: Flows,
    private readonly users: Users,
  ) {}

  /**
   * GET /authorize: remembers the flow and shows the form. Only a page that was shown can be sent.
   */
  async showForm({ query }: Call): Promise<Reply> {
    const { id, redirectTo } = await this.flows.begin(query, null);
    return page(200, { flowId: id, redirectTo, name: DEFAULT_NAME, email: DEFAULT_EMAIL });
  }

  /**
   * POST /authorize: finds or creates the user and leads back, with a code (PKCE) or with the
   * session itself (implicit).
   */
  async takeForm({ body }: Call): Promise<Reply> {
    const form = new URLSearchParams(body);
    const flow = await this.flows.open(form.get('flow'));
    const name = (form.get('name') ?? '').trim().slice(0, 80);
    const given = NewUser.safeParse({
      email: form.get('email') ?? '',
      user_metadata: {
        name,
        full_name: name,
        email: (form.get('email') ?? '').trim().toLowerCase(),
      },
    });
    if (!given.success || name === '') {
      return page(400, {
        flowId: flow.id,
        redirectTo: flow.redirect_to,
        name,
        email: form.get('email') ?? '',
        problem: '名前とメールアドレスを確認してください。',
      });
    }
    const user =
      (await this.users.byEmail(given.data.email)) ??
      (await this.users.create(given.data, 'google'));
    return { status: 303, headers: { location: await this.flows.wayBack(flow, user) } };
  }
}

function page(
  status: number,
  shown: { flowId: string; redirectTo: string; name: string; email: string; problem?: string },
): Reply {
  const { redirectTo, ...rest } = shown;
  const redirectOrigin = new URL(redirectTo).origin;
  return { status, body: signInPage(rest), headers: signInHeaders(redirectOrigin) };
}
