import type { Config } from '../../config.js';

/**
 * Where a container can reach the API; null = nowhere, so that a run posts no events.
 * The address of this machine means something only to containers that are on this machine too.
 */
export function callbackBaseUrl(
  { CALLBACK_BASE_URL, MODAL_SERVER_URL }: Pick<Config, 'CALLBACK_BASE_URL' | 'MODAL_SERVER_URL'>,
  url: string = CALLBACK_BASE_URL,
): string | null {
  if (!isLoopback(url)) return url;
  return MODAL_SERVER_URL !== undefined && isLoopback(MODAL_SERVER_URL) ? url : null;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
