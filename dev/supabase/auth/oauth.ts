import type { Call, Reply } from '../http.js';
import type { Flows } from './flows.js';
import { signInHeaders, signInLanguage, signInPage, type SignInPage } from './sign-in-page.js';
import { NewUser, type Users } from './users.js';

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
  async showForm({ query, headers }: Call): Promise<Reply> {
    const { id, redirectTo } = await this.flows.begin(query, null);
    return page(200, redirectTo, {
      language: signInLanguage(headers['accept-language']),
      flowId: id,
      name: null,
      email: DEFAULT_EMAIL,
      isRefused: false,
    });
  }

  /**
   * POST /authorize: finds or creates the user and leads back, with a code (PKCE) or with the
   * session itself (implicit).
   */
  async takeForm({ body, headers }: Call): Promise<Reply> {
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
      return page(400, flow.redirect_to, {
        language: signInLanguage(headers['accept-language']),
        flowId: flow.id,
        name,
        email: form.get('email') ?? '',
        isRefused: true,
      });
    }
    const user =
      (await this.users.byEmail(given.data.email)) ??
      (await this.users.create(given.data, 'google'));
    return { status: 303, headers: { location: await this.flows.wayBack(flow, user) } };
  }
}

function page(status: number, redirectTo: string, shown: SignInPage): Reply {
  const redirectOrigin = new URL(redirectTo).origin;
  return { status, body: signInPage(shown), headers: signInHeaders(redirectOrigin) };
}
