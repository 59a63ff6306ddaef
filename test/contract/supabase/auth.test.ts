import { randomUUID } from 'node:crypto';
import type { GenerateLinkParams } from '@supabase/supabase-js';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anonymous,
  dataOf,
  newUser,
  openProject,
  raw,
  removeUsers,
  service,
  type Project,
} from './stack.js';

let project: Project;
beforeAll(async () => {
  project = await openProject();
});
afterAll(async () => {
  await removeUsers();
  await project.stop();
});

describe('passwords', () => {
  it("an administrator creates a user, who signs in, whatever the address's case", async () => {
    const user = await newUser(project);
    const again = await anonymous(project).auth.signInWithPassword({
      email: user.email.toUpperCase(),
      password: user.password,
    });
    expect(again.data.user?.id).toBe(user.id);
    expect(again.data.user).toMatchObject({
      email: user.email,
      aud: 'authenticated',
      role: 'authenticated',
    });
  });

  it('a wrong password and an unknown address are the same refusal', async () => {
    const user = await newUser(project);
    for (const credentials of [
      { email: user.email, password: 'wrong one' },
      { email: `nobody-${randomUUID()}@example.com`, password: 'wrong one' },
    ]) {
      const { data, error } = await anonymous(project).auth.signInWithPassword(credentials);
      expect(data.session).toBeNull();
      expect(error).toMatchObject({
        status: 400,
        code: 'invalid_credentials',
        message: 'Invalid login credentials',
      });
    }
  });

  it('the users row appears with the name from the metadata', async () => {
    const email = `named-${randomUUID()}@example.com`;
    const created = await service(project).auth.admin.createUser({
      email,
      password: randomUUID(),
      email_confirm: true,
      user_metadata: { full_name: '山田 花子' },
    });
    const id = created.data.user?.id ?? '';
    expect(
      dataOf(
        await service(project).from('users').select('email,display_name').eq('id', id).single(),
      ),
    ).toEqual({ email, display_name: '山田 花子' });
    await service(project).auth.admin.deleteUser(id);
    expect(dataOf(await service(project).from('users').select('id').eq('id', id))).toEqual([]);
  });

  it('an address is given once; a short password is refused', async () => {
    const { email } = await newUser(project);
    const twice = await service(project).auth.admin.createUser({ email, password: randomUUID() });
    expect(twice.error).toMatchObject({ status: 422, code: 'email_exists' });
    const short = await service(project).auth.admin.createUser({
      email: `short-${randomUUID()}@example.com`,
      password: '123',
    });
    expect(short.error).toMatchObject({ status: 422, code: 'weak_password' });
  });
});

describe('administration', () => {
  it('reads, lists, changes and deletes users', async () => {
    const user = await newUser(project);
    const { admin } = service(project).auth;
    expect((await admin.getUserById(user.id)).data.user?.email).toBe(user.email);
    expect(
      (await admin.listUsers({ perPage: 1000 })).data.users.some(({ id }) => id === user.id),
    ).toBe(true);
    const changed = await admin.updateUserById(user.id, {
      password: 'another password',
      user_metadata: { tier: 'gold' },
    });
    expect(changed.data.user?.user_metadata).toMatchObject({ tier: 'gold' });
    expect(
      (
        await anonymous(project).auth.signInWithPassword({
          email: user.email,
          password: 'another password',
        })
      ).error,
    ).toBeNull();
    expect((await admin.deleteUser(user.id)).error).toBeNull();
    expect((await admin.getUserById(user.id)).error).toMatchObject({
      status: 404,
      code: 'user_not_found',
    });
    expect((await user.client.auth.getUser(user.accessToken)).error?.status).toBe(403);
  });

  it('is closed to users and to the public key', async () => {
    const user = await newUser(project);
    for (const token of [user.accessToken, project.anonKey]) {
      const answer = await raw(project, `/auth/v1/admin/users/${user.id}`, {
        method: 'DELETE',
        key: project.anonKey,
        token,
      });
      expect(answer.status).toBe(403);
    }
    expect((await service(project).auth.admin.getUserById(user.id)).data.user?.id).toBe(user.id);
  });
});

describe('sign-in links', () => {
  it('an administrator makes a link; its token, or address and number, sign in once', async () => {
    const user = await newUser(project);
    const link = async () =>
      (await service(project).auth.admin.generateLink({ type: 'magiclink', email: user.email }))
        .data.properties;
    const { hashed_token } = (await link()) ?? {};
    const verified = await anonymous(project).auth.verifyOtp({
      token_hash: hashed_token ?? '',
      type: 'magiclink',
    });
    expect(verified.data.session?.user.id).toBe(user.id);
    expect(
      (
        await anonymous(project).auth.verifyOtp({
          token_hash: hashed_token ?? '',
          type: 'magiclink',
        })
      ).error,
    ).not.toBeNull();
    const { email_otp } = (await link()) ?? {};
    expect(
      (
        await anonymous(project).auth.verifyOtp({
          email: user.email,
          token: '00000000',
          type: 'email',
        })
      ).error,
    ).not.toBeNull();
    expect(
      (
        await anonymous(project).auth.verifyOtp({
          email: user.email,
          token: email_otp ?? '',
          type: 'email',
        })
      ).data.user?.id,
    ).toBe(user.id);
  });
});

describe('links for newcomers and the forgetful', () => {
  const link = (request: GenerateLinkParams) => service(project).auth.admin.generateLink(request);
  const password = 'a password of theirs';

  it('a sign-up link makes the user with password and metadata, and signs in', async () => {
    const email = `signup-${randomUUID()}@example.com`;
    const { data, error } = await link({
      type: 'signup',
      email,
      password,
      options: { data: { full_name: '新人 一郎' } },
    });
    expect(error).toBeNull();
    expect(data.properties?.verification_type).toBe('signup');
    const verified = await anonymous(project).auth.verifyOtp({
      token_hash: data.properties?.hashed_token ?? '',
      type: 'signup',
    });
    expect(verified.data.user).toMatchObject({ email, user_metadata: { full_name: '新人 一郎' } });
    expect(
      (await anonymous(project).auth.signInWithPassword({ email, password })).data.user?.id,
    ).toBe(verified.data.user?.id);
    expect((await link({ type: 'signup', email, password })).error).toMatchObject({
      status: 422,
      code: 'email_exists',
    });
    await service(project).auth.admin.deleteUser(verified.data.user?.id ?? '');
  });

  it('an invitation makes the user without a password', async () => {
    const email = `invited-${randomUUID()}@example.com`;
    const { data } = await link({ type: 'invite', email });
    const verified = await anonymous(project).auth.verifyOtp({
      token_hash: data.properties?.hashed_token ?? '',
      type: 'invite',
    });
    expect(verified.data.user?.email).toBe(email);
    expect((await link({ type: 'invite', email })).error?.code).toBe('email_exists');
    await service(project).auth.admin.deleteUser(verified.data.user?.id ?? '');
  });

  it('a recovery link lets a known user set a new password, and nobody else', async () => {
    const user = await newUser(project);
    const { data } = await link({ type: 'recovery', email: user.email });
    const client = anonymous(project);
    expect(
      (
        await client.auth.verifyOtp({
          token_hash: data.properties?.hashed_token ?? '',
          type: 'recovery',
        })
      ).data.user?.id,
    ).toBe(user.id);
    expect((await client.auth.updateUser({ password: 'remembered again' })).error).toBeNull();
    expect(
      (
        await anonymous(project).auth.signInWithPassword({
          email: user.email,
          password: 'remembered again',
        })
      ).error,
    ).toBeNull();
    expect(
      (await link({ type: 'recovery', email: `nobody-${randomUUID()}@example.com` })).error,
    ).toMatchObject({ status: 404, code: 'user_not_found' });
  });

  it('a link serves for what it was made for', async () => {
    const user = await newUser(project);
    const { data } = await link({ type: 'recovery', email: user.email });
    const { error } = await anonymous(project).auth.verifyOtp({
      token_hash: data.properties?.hashed_token ?? '',
      type: 'signup',
    });
    expect(error).toMatchObject({ status: 403, code: 'otp_expired' });
  });
});

describe('links for a change of address', () => {
  type Side = 'email_change_current' | 'email_change_new';
  const link = (type: Side, email: string, newEmail: string) =>
    service(project).auth.admin.generateLink({ type, email, newEmail });
  const newAddress = (): string => `moved-${randomUUID()}@example.com`;

  it.each<[Side, Side]>([
    ['email_change_current', 'email_change_new'],
    ['email_change_new', 'email_change_current'],
  ])('both addresses confirm, %s before %s; then the new one counts', async (first, second) => {
    const [user, newEmail] = [await newUser(project), newAddress()];
    const links = {
      [first]: await link(first, user.email, newEmail),
      [second]: await link(second, user.email, newEmail),
    };
    const { hashed_token = '', verification_type } = links[first]?.data.properties ?? {};
    expect([links[first]?.error, links[first]?.data.user?.id, verification_type]).toEqual([
      null,
      user.id,
      first,
    ]);
    const half = await anonymous(project).auth.verifyOtp({
      token_hash: hashed_token,
      type: 'email_change',
    });
    expect([half.error, half.data.session]).toEqual([null, null]);
    expect((await service(project).auth.admin.getUserById(user.id)).data.user?.email).toBe(
      user.email,
    );
    expect(
      (await anonymous(project).auth.verifyOtp({ token_hash: hashed_token, type: 'email_change' }))
        .error,
    ).toMatchObject({ status: 403, code: 'otp_expired' });

    const { email_otp: token = '' } = links[second]?.data.properties ?? {};
    const whole = await anonymous(project).auth.verifyOtp({
      email: second === 'email_change_new' ? newEmail : user.email,
      token,
      type: 'email_change',
    });
    expect([whole.error, whole.data.user?.id, whole.data.session?.user.email]).toEqual([
      null,
      user.id,
      newEmail,
    ]);
    expect(
      (
        await anonymous(project).auth.signInWithPassword({
          email: newEmail,
          password: user.password,
        })
      ).data.user?.id,
    ).toBe(user.id);
    expect((await anonymous(project).auth.signInWithPassword(user)).error?.code).toBe(
      'invalid_credentials',
    );
  });

  it('the links themselves lead on: first with a message, second with the session', async () => {
    const [user, newEmail] = [await newUser(project), newAddress()];
    const fragments: URLSearchParams[] = [];
    for (const side of ['email_change_current', 'email_change_new'] as const) {
      const { data } = await link(side, user.email, newEmail);
      const answer = await fetch(data.properties?.action_link ?? '', { redirect: 'manual' });
      fragments.push(
        new URLSearchParams(new URL(answer.headers.get('location') ?? '').hash.slice(1)),
      );
    }
    expect([fragments[0]?.has('message'), fragments[0]?.has('access_token')]).toEqual([
      true,
      false,
    ]);
    expect(
      (await anonymous(project).auth.getUser(fragments[1]?.get('access_token') ?? '')).data.user,
    ).toMatchObject({ id: user.id, email: newEmail });
  });

  it('both at the same moment change it once', async () => {
    const [user, newEmail] = [await newUser(project), newAddress()];
    const links = await Promise.all(
      (['email_change_current', 'email_change_new'] as const).map((side) =>
        link(side, user.email, newEmail),
      ),
    );
    const answers = await Promise.all(
      links.map(({ data }) =>
        anonymous(project).auth.verifyOtp({
          token_hash: data.properties?.hashed_token ?? '',
          type: 'email_change',
        }),
      ),
    );
    expect(answers.map(({ error }) => error)).toEqual([null, null]);
    expect(answers.filter(({ data }) => data.session !== null)).toHaveLength(1);
    expect((await service(project).auth.admin.getUserById(user.id)).data.user?.email).toBe(
      newEmail,
    );
  });

  it('two links of one side, or of two wishes, are not both addresses: no sign-in', async () => {
    const [user, newEmail] = [await newUser(project), newAddress()];
    const tokens = [
      await link('email_change_new', user.email, newEmail),
      await link('email_change_new', user.email, newEmail),
      await link('email_change_current', user.email, newAddress()),
    ];
    const [first = ''] = tokens.map(({ data }) => data.properties?.hashed_token ?? '');
    expect(
      (await anonymous(project).auth.verifyOtp({ token_hash: first, type: 'email' })).error?.code,
    ).toBe('otp_expired');
    for (const { data } of tokens)
      expect(
        (
          await anonymous(project).auth.verifyOtp({
            token_hash: data.properties?.hashed_token ?? '',
            type: 'email_change',
          })
        ).data.session,
      ).toBeNull();
    expect((await service(project).auth.admin.getUserById(user.id)).data.user?.email).toBe(
      user.email,
    );
  });

  it('refuses what nobody could confirm: unknown user, taken address, none at all', async () => {
    const [user, other] = [await newUser(project), await newUser(project)];
    expect((await link('email_change_new', newAddress(), newAddress())).error).toMatchObject({
      status: 404,
      code: 'user_not_found',
    });
    expect((await link('email_change_new', user.email, other.email)).error).toMatchObject({
      status: 422,
      code: 'email_exists',
    });
    for (const body of [
      { type: 'email_change_new', email: user.email },
      { type: 'phone_change', email: user.email },
    ]) {
      const answer = await raw(project, '/auth/v1/admin/generate_link', {
        method: 'POST',
        body: JSON.stringify(body),
      });
      expect([answer.status, answer.body['error_code']]).toEqual([400, 'validation_failed']);
    }
  });
});

describe('sessions', () => {
  it('access tokens can be checked by anybody with the published keys', async () => {
    const user = await newUser(project);
    const keys = createRemoteJWKSet(new URL(`${project.url}/auth/v1/.well-known/jwks.json`));
    const { payload } = await jwtVerify(user.accessToken, keys, {
      audience: 'authenticated',
      algorithms: ['ES256', 'RS256'],
    });
    expect(payload).toMatchObject({ sub: user.id, email: user.email, role: 'authenticated' });
    expect(payload.iss).toMatch(/\/auth\/v1$/);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
    expect(typeof payload['session_id']).toBe('string');
    expect(decodeProtectedHeader(user.accessToken).kid).toBeTruthy();
    expect((await user.client.auth.getClaims(user.accessToken)).data?.claims.sub).toBe(user.id);
  });

  it('a refresh gives new tokens; two at the same moment both succeed', async () => {
    const user = await newUser(project);
    const first = (await user.client.auth.getSession()).data.session?.refresh_token ?? '';
    const [one, two] = await Promise.all(
      [0, 1].map(() => anonymous(project).auth.refreshSession({ refresh_token: first })),
    );
    expect(one?.error).toBeNull();
    expect(two?.error).toBeNull();
    expect(one?.data.session?.refresh_token).not.toBe(first);
    expect(
      (await anonymous(project).auth.getUser(one?.data.session?.access_token)).data.user?.id,
    ).toBe(user.id);
  });

  it('an invented refresh token is refused', async () => {
    const { error } = await anonymous(project).auth.refreshSession({ refresh_token: randomUUID() });
    expect(error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
  });

  it('a user changes own metadata and password', async () => {
    const user = await newUser(project);
    const changed = await user.client.auth.updateUser({
      password: 'my new password',
      data: { nickname: 'ねこ' },
    });
    expect(changed.data.user?.user_metadata).toMatchObject({ nickname: 'ねこ' });
    expect(
      (
        await anonymous(project).auth.signInWithPassword({
          email: user.email,
          password: 'my new password',
        })
      ).error,
    ).toBeNull();
    expect(
      (
        await anonymous(project).auth.signInWithPassword({
          email: user.email,
          password: user.password,
        })
      ).error?.code,
    ).toBe('invalid_credentials');
  });

  it('signing out ends the session: no user, no refresh', async () => {
    const user = await newUser(project);
    const refresh = (await user.client.auth.getSession()).data.session?.refresh_token ?? '';
    expect((await user.client.auth.signOut()).error).toBeNull();
    expect((await anonymous(project).auth.getUser(user.accessToken)).error).not.toBeNull();
    expect(
      (await anonymous(project).auth.refreshSession({ refresh_token: refresh })).error,
    ).not.toBeNull();
  });

  it('scopes: this session alone, all others, all', async () => {
    const user = await newUser(project);
    const second = anonymous(project);
    await second.auth.signInWithPassword({ email: user.email, password: user.password });
    const isOpen = async (client = second): Promise<boolean> =>
      (await client.auth.getUser()).error === null;
    await user.client.auth.signOut({ scope: 'local' });
    expect(await isOpen()).toBe(true);
    const third = anonymous(project);
    await third.auth.signInWithPassword({ email: user.email, password: user.password });
    await third.auth.signOut({ scope: 'others' });
    expect(await isOpen()).toBe(false);
    expect(await isOpen(third)).toBe(true);
  });
});
