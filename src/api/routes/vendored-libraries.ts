import { Router } from 'express';
import { vendoredFile } from '../../domain/vendored-libraries.js';
import { vendoredFileOnDisk } from '../../store/files/vendored-files.js';

const YEAR_MS = 365 * 24 * 60 * 60_000;

/**
 * `GET /vendor/<library>@<version>/<file>`: libraries for games, the same bytes for ever. What the
 * table does not list is not there.
 */
export function vendoredLibraryRoutes(): Router {
  const router = Router();
  router.get('/vendor/:library/:file', (req, res, next) => {
    const entry = vendoredFile(`${req.params.library}/${req.params.file}`);
    if (!entry) {
      next();
      return;
    }
    res.set({
      'Content-Type': 'application/javascript; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
    res.sendFile(vendoredFileOnDisk(entry), { immutable: true, maxAge: YEAR_MS });
  });
  return router;
}
