import type { Request } from 'express';
import type { Config } from '../../config.js';
import { isGamesHost } from '../origin.js';
import type { GamePathSigner } from './signed-path.js';

/** Long enough for an evening with one game; every reload of the preview makes a new one. */
const GRANT_MS = 60 * 60_000;

/**
 * The address under which a browser gets a game without a token in sight: relative on the host that
 * serves games, absolute when games have a host of their own. `file` keeps its spelling; `query` is
 * kept except for the token.
 */
export function signedGameAddress(
  signer: GamePathSigner,
  config: Pick<Config, 'GAMES_ORIGIN'>,
  req: Request,
  target: { userId: string; projectId: string; file: string; query: URLSearchParams },
): string {
  const grant = signer.sign({
    userId: target.userId,
    projectId: target.projectId,
    expiresAtMs: Date.now() + GRANT_MS,
  });
  const file = target.file.split('/').map(encodeURIComponent).join('/');
  const query = new URLSearchParams(target.query);
  query.delete('access_token');
  const origin =
    config.GAMES_ORIGIN !== undefined && !isGamesHost(req.headers.host, config)
      ? config.GAMES_ORIGIN
      : '';
  return `${origin}/game/~${grant}/${file}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

/** The query of a request as the browser wrote it. */
export function queryOf(req: Request): URLSearchParams {
  const at = req.originalUrl.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : req.originalUrl.slice(at + 1));
}
