/** The Supabase SDK, loaded at sign-in, sign-out and when a session is renewed. */
import { awayWords } from './away-words.js';
import { readConfig } from './config.js';

/** @typedef {import('@supabase/supabase-js').SupabaseClient} SupabaseClient */

/** @type {Promise<SupabaseClient> | null} */
let making = null;

/**
 * The one client of this page. Rejects when SDK or configuration cannot be loaded; the next call
 * tries again.
 */
export function authClient() {
  making ??= makeClient().catch((error) => {
    making = null;
    throw error;
  });
  return making;
}

async function makeClient() {
  const [config] = await Promise.all([readConfig(), loadSdk()]);
  if (!window.supabase) throw new Error(awayWords());
  return window.supabase.createClient(config.supabaseUrl, config.supabaseAnonKey, {
    auth: {
      flowType: 'implicit',
      detectSessionInUrl: true,
      persistSession: true,
      // The page's session renews itself (session.js): for that alone the SDK is not loaded ahead.
      autoRefreshToken: false,
    },
  });
}

/** @returns {Promise<void>} */
function loadSdk() {
  if (window.supabase) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    // Beside this module's own address, which may name a version.
    script.src = new URL('../../lib/supabase.min.js', import.meta.url).pathname;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(awayWords()));
    });
    document.head.append(script);
  });
}
