import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';

export interface TestUser { id: string; email: string; accessToken: string }

/** A new signed-in user of a running stack, through the same admin and sign-in calls that scripts use. */
export async function createUser(env: Readonly<Record<string, string>>, name = 'player'): Promise<TestUser> {
  const { SUPABASE_URL: url = '', SUPABASE_ANON_KEY: anonKey = '', SUPABASE_SERVICE_ROLE_KEY: serviceKey = '' } = env;
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const email = `${name}-${randomUUID().slice(0, 8)}@example.test`;
  const password = randomUUID();
  const created = await createClient(url, serviceKey, options).auth.admin.createUser({ email, password, email_confirm: true });
  if (created.error) throw created.error;
  const signedIn = await createClient(url, anonKey, options).auth.signInWithPassword({ email, password });
  if (signedIn.error) throw signedIn.error;
  return { id: created.data.user.id, email, accessToken: signedIn.data.session.access_token };
}
