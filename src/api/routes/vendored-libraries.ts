import { Router } from 'express';
import { vendoredFile } from '../../domain/vendored-libraries.js';
import { readVendoredFile } from '../../store/files/vendored-files.js';

const FOR_EVER = `public, max-age=${365 * 24 * 60 * 60}, immutable`;

/**
 * `GET /vendor/<library>@<version>/<file>`: libraries for games, the same bytes for ever. What the
 * table does not list is not there.
 */
export function vendoredLibraryRoutes(): Router {
  const router = Router();
  router.get('/vendor/:library/:file', async (req, res, next) => {
    const entry = vendoredFile(`${req.params.library}/${req.params.file}`);
    if (!entry) {
      next();
      return;
    }
    res.set({
      'Content-Type': 'application/javascript; charset=utf-8',
      'Cache-Control': FOR_EVER,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
    res.send(await readVendoredFile(entry));
  });
  return router;
}
