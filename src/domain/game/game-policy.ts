/** Libraries that older games load from there; new ones use /vendor. */
export const LIBRARY_HOSTS = [
  'https://cdn.jsdelivr.net',
  'https://unpkg.com',
  'https://cdnjs.cloudflare.com',
] as const;
/** Type that games may load. */
export const FONT_HOSTS = ['https://fonts.googleapis.com', 'https://fonts.gstatic.com'] as const;

/**
 * The Content-Security-Policy of a page that a model wrote, wherever it is shown. `readable` are
 * hosts and folders that it may read data from; `framedBy` is the origin that may frame it besides
 * its own.
 */
export function gamePolicy(readable: readonly string[], framedBy: string): string {
  const [styles, fonts] = FONT_HOSTS;
  return [
    'sandbox allow-scripts allow-pointer-lock',
    "default-src 'none'",
    `script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: ${LIBRARY_HOSTS.join(' ')}`,
    `style-src 'self' 'unsafe-inline' ${styles}`,
    `font-src 'self' data: ${fonts}`,
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    `connect-src ${readable.join(' ')} data: blob:`,
    'worker-src blob:',
    `frame-ancestors 'self' ${framedBy}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
