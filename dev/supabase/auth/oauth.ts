import type { Call, Reply } from '../http.js';
import { authJson } from './errors.js';
import type { Flow, Flows } from './flows.js';
import { signInHeaders, signInLanguage, signInPage, type SignInPage } from './sign-in-page.js';
import { NewUser, type AuthUser } from './users.js';

const DEFAULT_EMAIL = 'demo@example.com';

/**
 * `signInWithOAuth({ provider: 'google' })` without Google: a local form takes the place of
 * Google's pages.
 */
export class DeveloperOAuth {
  constructor(
    private readonly flows: Flows,
    private readonly issuer: string,
  ) {}

  /**
   * GET /authorize: remembers the flow and shows the form. Only a page that was shown can be sent.
   */
  async showForm(call: Call): Promise<Reply> {
    const begun = call.query.get('flow');
    if (begun === null) return form(call, await this.flows.begin(call.query, null));
    const { id, redirect_to: redirectTo }: Flow = await this.flows.open(begun);
    return form(call, { id, redirectTo });
  }

  /** GET /user/identities/authorize: where a guest finds the form that links an account. */
  async startLink({ query }: Call, guest: AuthUser): Promise<Reply> {
    const { id } = await this.flows.begin(query, null, guest.id);
    return authJson(200, { provider: 'google', url: `${this.issuer}/authorize?flow=${id}` });
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
    const { email, user_metadata: metadata } = given.data;
    const location = await this.flows.answer(flow, { email, metadata, isNewer: false });
    return { status: 303, headers: { location } };
  }
}

const form = ({ headers }: Call, { id, redirectTo }: { id: string; redirectTo: string }): Reply =>
  page(200, redirectTo, {
    language: signInLanguage(headers['accept-language']),
    flowId: id,
    name: null,
    email: DEFAULT_EMAIL,
    isRefused: false,
  });

function page(status: number, redirectTo: string, shown: SignInPage): Reply {
  const redirectOrigin = new URL(redirectTo).origin;
  return { status, body: signInPage(shown), headers: signInHeaders(redirectOrigin) };
}
