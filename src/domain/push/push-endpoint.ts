import { MAX_ENDPOINT_CHARS } from '../../contracts/media/push.js';

/** The push services of the browsers that there are. */
const SERVICES: ReadonlySet<string> = new Set([
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
]);
/** Services with a host for each part of the world. */
const FAMILIES = ['.push.apple.com', '.notify.windows.com'];

/**
 * Whether an address that a browser registered may be posted to: only push services by name, over
 * TLS at the usual port, spelled as browsers spell it. `testOrigin` is one of a test.
 */
export function isPushEndpoint(endpoint: string, testOrigin?: string): boolean {
  if (endpoint.length > MAX_ENDPOINT_CHARS || !/^[\x21-\x7e]+$/.test(endpoint)) return false;
  if (!URL.canParse(endpoint)) return false;
  const { href, protocol, username, password, port, hash, hostname, origin } = new URL(endpoint);
  if (href !== endpoint || username !== '' || password !== '' || hash !== '') return false;
  if (testOrigin !== undefined && origin === testOrigin) return true;
  if (protocol !== 'https:' || port !== '') return false;
  return SERVICES.has(hostname) || FAMILIES.some((family) => hostname.endsWith(family));
}
