import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import { PROJECT_ROOT } from '../../config.js';

const PUBLIC_DIR = path.join(PROJECT_ROOT, 'public');
/** Addresses without an ending → the page that is served there (rest.md §2.2). */
const PAGES = {
  '/create': 'create.html', '/discover': 'discover.html', '/zap': 'discover.html', '/zap/:id': 'play.html', '/project/:id': 'editor.html', '/play/:id': 'play.html', '/game.html': 'play.html', '/notifications': 'notifications.html',
} as const;

/** The pages, what they load, and the browser build of supabase-js. Nobody needs to be signed in for them: their data is protected. */
export function pageRoutes(): Router {
  const router = Router();
  router.get('/lib/supabase.min.js', (_req, res) => {
    res.type('application/javascript; charset=UTF-8').sendFile(supabaseBrowserBuild());
  });
  for (const [address, file] of Object.entries(PAGES)) {
    router.get(address, (_req, res) => {
      res.sendFile(file, { root: PUBLIC_DIR });
    });
  }
  router.use(express.static(PUBLIC_DIR, {
    setHeaders: (res, file) => {
      if (file.endsWith('.js')) res.set('Content-Type', 'application/javascript; charset=UTF-8');
    },
  }));
  return router;
}

/** The package's UMD build defines the global `supabase`. */
function supabaseBrowserBuild(): string {
  return path.join(path.dirname(fileURLToPath(import.meta.resolve('@supabase/supabase-js'))), 'umd', 'supabase.js');
}
