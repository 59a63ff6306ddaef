import type { Config } from '../../config.js';

/** Libraries that older games load from there; new ones use /vendor. */
const SCRIPT_HOSTS = 'https://cdn.jsdelivr.net https://unpkg.com https://cdnjs.cloudflare.com';
/** A host and port that may stand in a policy: nothing that could end a directive. */
const HOST = /^[a-z0-9.-]+(:\d{1,5})?$/i;

/**
 * Headers of everything that a model wrote. The page gets an origin of its own (no cookies, storage, parent or API), talks to
 * nobody but its own files, and may be framed by the app alone.
 */
export function gameHeaders(config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>, host: string | undefined): Record<string, string> {
  const hosts = [host ?? '', new URL(config.PUBLIC_URL).host, config.GAMES_ORIGIN ? new URL(config.GAMES_ORIGIN).host : ''];
  const own = [...new Set(hosts)].filter((each) => HOST.test(each));
  // Paths matter only here: a game that reads its own data may do so, one that calls /api or opens a socket to us may not.
  const readable = own.flatMap((each) => ['game', 'vendor', 'user-assets', 'global-assets'].map((folder) => `${each}/${folder}/`));
  const policy = [
    'sandbox allow-scripts allow-pointer-lock',
    "default-src 'none'",
    `script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: ${SCRIPT_HOSTS}`,
    "style-src 'self' 'unsafe-inline' https://fonts.googleapis.com",
    "font-src 'self' data: https://fonts.gstatic.com",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    `connect-src ${readable.join(' ')} data: blob:`,
    'worker-src blob:',
    `frame-ancestors 'self' ${new URL(config.PUBLIC_URL).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}
