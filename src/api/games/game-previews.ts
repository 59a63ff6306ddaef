import { cut } from '../../contracts/base/cut.js';
import type { Config } from '../../config.js';
import { isUuid } from '../../contracts/base/ids.js';
import { message, render } from '../../contracts/messages/message.js';
import { escapeHtml } from '../../domain/text/html-text.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';
import { SHARE_IMAGE } from './share-image.js';

const SITE = render(message('SITE_NAME'));
const DESCRIPTION_CHARS = 200;

export interface GamePreviewDeps {
  config: Pick<Config, 'PUBLIC_URL'>;
  store: Pick<Store, 'publishedGames'>;
}

/** What other sites show of a link (Open Graph), since when; of a game the title of its page. */
export interface GamePreview {
  readonly title?: string;
  readonly tags: string;
  readonly changedAt: Date;
}
export type GamePreviews = (id: unknown, log: Log) => Promise<GamePreview | null>;

/**
 * The preview of a published game by its id or its project's. Null = there is none, or it is
 * private, or the database is unavailable: the page is served all the same.
 */
export function createGamePreviews({ config, store }: GamePreviewDeps): GamePreviews {
  return async (id, log) => {
    try {
      const game = isUuid(id) ? await store.publishedGames.get(id) : null;
      if (game === null || game.visibility === 'private') return null;
      const title = game.title ? `${game.title} - ${SITE}` : SITE;
      const tags = previewTags(game, config.PUBLIC_URL);
      return { title, tags, changedAt: new Date(game.updatedAt) };
    } catch (error) {
      log.warn({ err: error }, 'a play page is served without its preview');
      return null;
    }
  };
}

/** Titles and descriptions are their makers' words; addresses are ours alone. */
function previewTags(game: PublishedGameRow, publicUrl: string): string {
  const description = game.description.replaceAll(/\s+/g, ' ').trim();
  return tagsOf(publicUrl, {
    title: game.title || SITE,
    description: cut(description, DESCRIPTION_CHARS),
    page: `/play/${game.id}`,
    image: `/api/games/${game.id}/share-image?t=${Date.parse(game.updatedAt)}`,
  });
}

/** The preview of a page that shows no game. */
export function siteTags(publicUrl: string): string {
  return tagsOf(publicUrl, {
    title: SITE,
    description: render(message('SITE_NOTE')),
    page: '/',
    image: '/images/share.jpg',
  });
}

/** A page with these tags in its head, and another title where one is given. */
export function withTags(page: string, tags: string, title?: string): string {
  const tagged = page.replace('</head>', () => `${tags}  </head>`);
  if (title === undefined) return tagged;
  return tagged.replace(/<title>[^<]*/, () => `<title>${escapeHtml(title)}`);
}

interface Shown {
  readonly title: string;
  readonly description: string;
  readonly page: string;
  readonly image: string;
}

function tagsOf(publicUrl: string, { title, description, page, image }: Shown): string {
  const { width, height, type } = SHARE_IMAGE;
  const facts: [key: 'property' | 'name', name: string, content: string][] = [
    ['property', 'og:type', 'website'],
    ['property', 'og:site_name', SITE],
    ['property', 'og:title', title],
    ['property', 'og:description', description],
    ['property', 'og:url', new URL(page, publicUrl).href],
    ['property', 'og:image', new URL(image, publicUrl).href],
    ['property', 'og:image:type', type],
    ['property', 'og:image:width', String(width)],
    ['property', 'og:image:height', String(height)],
    ['property', 'og:image:alt', title],
    ['name', 'twitter:card', 'summary_large_image'],
  ];
  return facts
    .filter(([, , content]) => content !== '')
    .map(([key, name, content]) => `<meta ${key}="${name}" content="${escapeHtml(content)}" />\n`)
    .map((line) => `    ${line}`)
    .join('');
}
