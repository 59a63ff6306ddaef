import { Router } from 'express';
import { ScreenshotName } from '../../contracts/play.js';
import type { Screenshots } from '../../objects/screenshots.js';
import { refuse, type Guards } from '../guards/route-guards.js';

/** Under one name there are only ever the same bytes: nobody has to ask again. */
const FOR_EVER = 'private, max-age=31536000, immutable';

/** What versions look like, for their owner alone, also when the game is published. */
export function projectScreenshotRoutes({
  guards,
  screenshots,
}: {
  guards: Guards;
  screenshots: Pick<Screenshots, 'read'>;
}): Router {
  const router = Router();
  router.get(
    '/api/projects/:projectId/screenshots/:screenshot',
    guards.projectOwner(async (req, res, { user, project }) => {
      const name = ScreenshotName.safeParse(req.params['screenshot']);
      const bytes = name.success
        ? await screenshots.read({ userId: user.id, projectId: project.id }, name.data)
        : null;
      if (!name.success || bytes === null) return refuse(res, 404, 'Screenshot not found');
      res.set({
        'Cache-Control': FOR_EVER,
        ETag: `"${name.data}"`,
        'X-Content-Type-Options': 'nosniff',
      });
      if (req.fresh) return void res.status(304).end();
      res.type('image/webp').send(bytes);
    }),
  );
  return router;
}
