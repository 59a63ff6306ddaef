/** The server's public configuration, read once per page. */

/**
 * @typedef {{ supabaseUrl: string, supabaseAnonKey: string, demo?: boolean, guests?: boolean,
 * pushKey?: string }}
 * PublicConfig
 */

/** @type {Promise<PublicConfig> | null} */
let reading = null;

/** Rejects when the server cannot be reached; the next call then tries again. */
export function readConfig() {
  reading ??= fetchConfig().catch((error) => {
    reading = null;
    throw error;
  });
  return reading;
}

/** @returns {Promise<PublicConfig>} */
async function fetchConfig() {
  const response = await fetch('/api/config');
  if (!response.ok) throw new Error(`GET /api/config answered ${response.status}`);
  return response.json();
}
