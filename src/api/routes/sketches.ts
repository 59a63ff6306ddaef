import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config.js';
import { sha256Of } from '../../contracts/base/hashes.js';
import type { GAME_FILE_ROUTES } from '../../contracts/http-routes/game-files.js';
import { SKETCHES, sketchName } from '../../domain/design/sketches.js';
import { SKETCHES_DIR } from '../../process/programs.js';
import { gamesOriginFor } from '../guards/origin.js';
import { FOR_EVER } from '../games/file-response.js';
import type { Handlers } from '../http/mount.js';

const NAMES: ReadonlySet<string> = new Set(SKETCHES.map(sketchName));
const VERSION_CHARS = 16;

async function readSketch(name: string): Promise<{ page: Buffer; version: string }> {
  const page = await readFile(path.join(SKETCHES_DIR, `${name}.html`));
  return { page, version: sha256Of(page).slice(0, VERSION_CHARS) };
}

/**
 * `GET /sketch/<name>@<version>`: what one may play while a first game is made, the same bytes for
 * ever, under the isolation of games. Any other version leads to that of this build.
 */
export function sketchHandlers({
  config,
}: {
  config: Pick<Config, 'GAMES_ORIGIN'>;
}): Pick<Handlers<typeof GAME_FILE_ROUTES>, 'sketch'> {
  // The files of a build do not change.
  const opened = new Map<string, Awaited<ReturnType<typeof readSketch>>>();
  return {
    async sketch({ req, res, next, params: { sketch } }) {
      const [name = '', asked] = sketch.split('@');
      if (!NAMES.has(name)) return next();
      const { page, version } = opened.get(name) ?? (await readSketch(name));
      opened.set(name, { page, version });
      const origin = gamesOriginFor(req, config);
      if (asked !== version || origin !== '') {
        const address = `${origin}/sketch/${name}@${version}`;
        return res.set('Cache-Control', 'no-store').redirect(302, address);
      }
      res.set({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': FOR_EVER });
      res.send(page);
    },
  };
}
