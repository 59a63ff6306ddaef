import type { RequestHandler } from 'express';
import { findRoute } from '../../contracts/http-routes/match.js';
import { inSpan, isTracing } from '../../telemetry/tracing.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Requests that may begin work each begin a trace, named after the route and not the address. */
export const traceRequests: RequestHandler = (req, res, next) => {
  if (!isTracing() || READS.has(req.method)) return next();
  const kind = `${req.method} ${findRoute(req.method, req.path)?.path ?? 'elsewhere'}`;
  const answered = (): Promise<void> =>
    new Promise((resolve, reject) => {
      res.once('close', () => {
        const { statusCode } = res;
        if (statusCode < 500) resolve();
        else reject(Object.assign(new Error(), { name: `Http${statusCode}` }));
      });
      next();
    });
  inSpan({ layer: 'request', kind }, answered).catch(() => undefined);
};
