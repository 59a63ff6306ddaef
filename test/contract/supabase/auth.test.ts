import { randomUUID } from 'node:crypto';
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

describe('links that are not offered', () => {
  it.each(['signup', 'invite', 'recovery', 'email_change_current', 'email_change_new'])(
    '%s is refused, to make and to redeem',
    async (type) => {
      const user = await newUser(project);
      const post = { method: 'POST' } as const;
      const made = await raw(project, '/auth/v1/admin/generate_link', {
        ...post,
        body: JSON.stringify({ type, email: user.email, new_email: `moved-${user.email}` }),
      });
      const redeemed = await raw(project, '/auth/v1/verify', {
        ...post,
        body: JSON.stringify({ token_hash: 'x', type: type.replace(/_(current|new)$/, '') }),
      });
      for (const answer of [made, redeemed])
        expect([answer.status, answer.body['error_code']]).toEqual([501, 'not_offered']);
    },
  );

  it('an unknown type is a mistake of the caller', async () => {
    const answer = await raw(project, '/auth/v1/admin/generate_link', {
      method: 'POST',
      body: JSON.stringify({ type: 'phone_change', email: 'someone@example.com' }),
    });
    expect([answer.status, answer.body['error_code']]).toEqual([400, 'validation_failed']);
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
