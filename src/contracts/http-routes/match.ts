import { HTTP_ROUTES } from './index.js';
import type { CrossOrigin, HttpRoute } from './route.js';

/** Rows with their patterns, the most specific address first. */
const PATTERNS = HTTP_ROUTES.map((route) => ({ route, pattern: patternOf(route.path) })).sort(
  (a, b) => compareSpecificity(a.route.path, b.route.path),
);

/**
 * The row that answers a request, as the router finds it: the case of letters and a trailing slash
 * do not matter, HEAD is answered as GET, and a fixed word wins over a parameter. Null when no
 * route has this method and path.
 */
export function findRoute(method: string, path: string): HttpRoute | null {
  const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
  return (
    PATTERNS.find(({ route, pattern }) => route.method === asked && pattern.test(path))?.route ??
    null
  );
}

/**
 * Which other origins may read the answer to a request. An address without a route follows the
 * folder that it is in, so that games can tell a missing file from a refused one.
 */
export function crossOriginOf(method: string, path: string): CrossOrigin | undefined {
  const route =
    findRoute(method, path) ?? PATTERNS.find(({ pattern }) => pattern.test(path))?.route;
  if (route) return route.crossOrigin;
  return SHARED_FOLDERS.find(({ folder }) => path.toLowerCase().startsWith(folder))?.crossOrigin;
}

/** The folders of all routes that other origins may read, each as `/name/`. */
const SHARED_FOLDERS = sharedFolders();

/** The folders that sandboxed games read from, each as `/name/`. */
export const FOLDERS_OF_GAMES: readonly string[] = SHARED_FOLDERS.filter(
  ({ crossOrigin }) => crossOrigin === 'games',
).map(({ folder }) => folder);

function sharedFolders(): { folder: string; crossOrigin: CrossOrigin }[] {
  const folders = HTTP_ROUTES.flatMap(({ path, crossOrigin }) =>
    // The address up to its first parameter, or to its last part.
    crossOrigin ? { folder: path.replace(/[^/]*[:{].*$|[^/]+$/, ''), crossOrigin } : [],
  );
  const isFirst = ({ folder }: { folder: string }, at: number): boolean =>
    !folders.some(
      (other, otherAt) =>
        folder.startsWith(other.folder) && (folder !== other.folder || otherAt < at),
    );
  return folders.filter(isFirst);
}

/** A path in the router's notation as a pattern of whole paths. */
function patternOf(path: string): RegExp {
  const source = path
    .replaceAll(/[.~]/g, '\\$&')
    .replaceAll(/\{\*\w+\}/g, '.*')
    .replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(`^${source}/?$`, 'i');
}

/** Negative when `a` is the more specific address: compared part by part from the left. */
function compareSpecificity(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.split('/').map(weightOf));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at += 1) {
    const difference = (right?.[at] ?? 0) - (left?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weightOf(part: string): number {
  if (part.startsWith('{')) return 1;
  if (part.startsWith(':')) return 2;
  return part.includes(':') ? 3 : 4;
}
