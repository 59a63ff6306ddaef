import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Answers of text in brotli or gzip, pages and games alike. Left as they are: what is packed
 * already (archives, images, videos), parts of files, and streams.
 */
export function compressed(): RequestHandler {
  return compression({
    filter: (req, res) =>
      req.headers.range === undefined &&
      !String(res.getHeader('Content-Type')).startsWith('text/event-stream') &&
      compression.filter(req, res),
  });
}
