/** What the rest of a game URL asks for (rest.md §6). */
export type RequestedFile =
  | { readonly kind: 'file'; readonly path: string; readonly isEntry: boolean }
  | { readonly kind: 'outside' }
  | { readonly kind: 'hidden' };

/**
 * Reads the decoded rest of a game URL. Empty means `index.html`; only that exact spelling counts
 * as the entry page. What leaves the project is `outside`, anything below a dot-file or dot-folder
 * is `hidden`.
 */
export function requestedFile(rest: string): RequestedFile {
  const asked = rest === '' ? 'index.html' : rest;
  // Step by step: the normalize of Node takes quadratic time for many `../`.
  const segments: string[] = [];
  for (const segment of asked.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return { kind: 'outside' };
  }
  if (segments.length === 0 || segments.some((segment) => segment.startsWith('.')))
    return { kind: 'hidden' };
  const normal = segments.join('/') + (asked.endsWith('/') ? '/' : '');
  return { kind: 'file', path: normal, isEntry: asked === 'index.html' };
}
