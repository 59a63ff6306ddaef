import path from 'node:path';
import type { Response } from 'express';
import type { Delivery } from './media-type.js';

/** A file that its uploader chose: it is shown, never run, whatever it holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * Sends an asset as the contract's **file** (rest.md §1.1): ETag, Last-Modified, ranges,
 * conditional requests. False = it is not there any more, and nothing was answered. What could hold
 * markup is only offered as a download; images in pages show it all the same.
 */
export function sendAsset(
  res: Response,
  file: string,
  { type, isInline, isPublic }: Delivery & { isPublic: boolean },
): Promise<boolean> {
  res.set({
    'Content-Type': type,
    'Cache-Control': `${isPublic ? 'public' : 'private'}, max-age=0`,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  // A sandboxed game is another origin than ours, also where it is served by us.
  if (isPublic) res.set('Cross-Origin-Resource-Policy', 'cross-origin');
  if (!isInline) res.set('Content-Disposition', 'attachment');
  return new Promise((resolve, reject) => {
    res.sendFile(
      path.basename(file),
      { root: path.dirname(file), dotfiles: 'allow', cacheControl: false },
      (error?: Error) => {
        // A client that went away, or a range that there is none of, was answered as far as it
        // could be.
        if (!error || res.headersSent) resolve(true);
        else if (isMissing(error)) resolve(false);
        else reject(error);
      },
    );
  });
}

/** Takes back what only a file has, for an answer that is none. */
export function clearAssetHeaders(res: Response): void {
  for (const name of [
    'Content-Type',
    'Cache-Control',
    'Content-Disposition',
    'Accept-Ranges',
    'ETag',
    'Last-Modified',
  ])
    res.removeHeader(name);
}

function isMissing(error: Error): boolean {
  return 'status' in error && error.status === 404;
}
