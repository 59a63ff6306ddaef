import type { Config } from '../../config.js';
import { isUuid } from '../../contracts/base/ids.js';
import { escapeHtml } from '../../domain/text/html-text.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { Thumbnails } from '../../objects/thumbnails.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';
import { imageAddresses } from './game-images.js';

const SITE = 'ゲームクリエイター';
const DESCRIPTION_CHARS = 200;

export interface GamePreviewDeps {
  config: Pick<Config, 'PUBLIC_URL'>;
  store: Pick<Store, 'publishedGames' | 'revisions'>;
  thumbnails: Pick<Thumbnails, 'has'>;
}

/** What other sites show of a link to a game (Open Graph), and since when. */
export interface GamePreview {
  readonly tags: string;
  readonly changedAt: Date;
}
export type GamePreviews = (id: unknown, log: Log) => Promise<GamePreview | null>;

/**
 * The preview of a published game by its id or its project's. Null = there is none, or it is
 * private, or the database is unavailable: the page is served all the same.
 */
export function createGamePreviews({ config, store, thumbnails }: GamePreviewDeps): GamePreviews {
  return async (id, log) => {
    try {
      const game = isUuid(id) ? await store.publishedGames.get(id) : null;
      if (game === null || game.visibility === 'private') return null;
      const hasImage = (await imageAddresses({ store, thumbnails }, [game])).has(game.id);
      const tags = previewTags(game, hasImage ? game.projectId : null, config.PUBLIC_URL);
      return { tags, changedAt: new Date(game.updatedAt) };
    } catch (error) {
      log.warn({ err: error }, 'a play page is served without its preview');
      return null;
    }
  };
}

/** Titles and descriptions are their makers' words; addresses are ours alone. */
function previewTags(game: PublishedGameRow, imageOf: string | null, publicUrl: string): string {
  const changed = Date.parse(game.updatedAt);
  const image =
    imageOf === null ? '/images/icon-512.png' : `/api/projects/${imageOf}/thumbnail?t=${changed}`;
  const description = game.description.replaceAll(/\s+/g, ' ').trim();
  const facts: [key: 'property' | 'name', name: string, content: string][] = [
    ['property', 'og:type', 'website'],
    ['property', 'og:site_name', SITE],
    ['property', 'og:title', game.title || SITE],
    ['property', 'og:description', Array.from(description).slice(0, DESCRIPTION_CHARS).join('')],
    ['property', 'og:url', new URL(`/play/${game.id}`, publicUrl).href],
    ['property', 'og:image', new URL(image, publicUrl).href],
    ['property', 'og:image:alt', game.title || SITE],
    ['name', 'twitter:card', imageOf === null ? 'summary' : 'summary_large_image'],
  ];
  return facts
    .filter(([, , content]) => content !== '')
    .map(([key, name, content]) => `<meta ${key}="${name}" content="${escapeHtml(content)}" />\n`)
    .map((line) => `    ${line}`)
    .join('');
}
