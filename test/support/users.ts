import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';

export interface TestUser {
  id: string;
  email: string;
  password: string;
  accessToken: string;
}

const options = { auth: { persistSession: false, autoRefreshToken: false } };

/**
 * A new signed-in user of a running stack, through the same admin and sign-in calls that scripts
 * use.
 */
export async function createUser(
  env: Readonly<Record<string, string>>,
  name = 'player',
  metadata: { app_metadata?: object; user_metadata?: object } = {},
): Promise<TestUser> {
  const { SUPABASE_URL: url = '', SUPABASE_SERVICE_ROLE_KEY: serviceKey = '' } = env;
  const email = `${name}-${randomUUID().slice(0, 8)}@example.test`;
  const password = randomUUID();
  const created = await createClient(url, serviceKey, options).auth.admin.createUser({
    email,
    password,
    email_confirm: true,
    ...metadata,
  });
  if (created.error) throw created.error;
  return {
    id: created.data.user.id,
    email,
    password,
    accessToken: await signIn(env, { email, password }),
  };
}

/** A new guest, as a browser signs him in. */
export async function createGuest(env: Readonly<Record<string, string>>): Promise<TestUser> {
  const { SUPABASE_URL: url = '', SUPABASE_ANON_KEY: anonKey = '' } = env;
  const { data, error } = await createClient(url, anonKey, options).auth.signInAnonymously();
  if (error || !data.session) throw error ?? new Error('no session');
  const { access_token: accessToken, user } = data.session;
  return { id: user.id, email: '', password: '', accessToken };
}

/** A fresh access token. */
export async function signIn(
  env: Readonly<Record<string, string>>,
  account: { readonly email: string; readonly password: string },
): Promise<string> {
  const { SUPABASE_URL: url = '', SUPABASE_ANON_KEY: anonKey = '' } = env;
  const { data, error } = await createClient(url, anonKey, options).auth.signInWithPassword(
    account,
  );
  if (error) throw error;
  return data.session.access_token;
}
