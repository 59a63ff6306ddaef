import { Router } from 'express';

/** `GET /api/health`: answers while anything else may be away. */
export function healthRoutes(): Router {
  return Router().get('/api/health', (_req, res) => {
    res.json({ status: 'ok', timestamp: new Date().toISOString(), uptime: process.uptime() });
  });
}
