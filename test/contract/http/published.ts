import { randomUUID } from 'node:crypto';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createThumbnails } from '../../../src/objects/thumbnails.js';
import { hashOfFiles } from '../../../src/versions/kept/published-copies.js';
import { copiesIn } from '../../support/objects.js';
import type { TestUser } from '../../support/users.js';
import { askJson, PIXEL, type TestApi } from './test-api.js';

/** A thumbnail, as an upload leaves it. */
export async function keepThumbnailIn(api: TestApi, projectId: string): Promise<void> {
  const thumbnails = createThumbnails(createFileObjectStore(api.env['DATA_DIR'] ?? ''));
  const rights = { endRow: async () => true, projectExists: async () => true };
  await api.database.store.gameFaces.noteThumbnail(projectId, true);
  await thumbnails.keep(projectId, PIXEL, rights);
}

export type Published = [
  user: TestUser,
  visibility: 'public' | 'unlisted' | 'private',
  title?: string,
  thumbnailOf?: (projectId: string) => string,
];

/** A row that names a revision, and its folder, as the workflow leaves them. */
export async function publishedIn(
  api: TestApi,
  ...[user, visibility, title = '題', thumbnailOf]: Published
): Promise<{ gameId: string; projectId: string; revision: string; fixed: string }> {
  const { store } = api.database;
  const project = await store.projects.create(user.id, title);
  const [gameId, revision, actionId] = [
    gameIdFor(project.id),
    randomUUID().replaceAll('-', '').padEnd(40, '0'),
    randomUUID(),
  ];
  await store.actions.open({
    id: actionId,
    userId: user.id,
    projectId: project.id,
    kind: 'publishGame',
  });
  const html = Buffer.from('<html><head></head>published</html>');
  const files = [
    { path: 'index.html', bytes: html },
    { path: 'a/b.png', bytes: Buffer.from([1, 2, 3]) },
  ];
  await copiesIn(api.env['DATA_DIR'] ?? '').write(gameId, revision, files);
  const contentHash = hashOfFiles(files);
  const listing = {
    title,
    description: '説明',
    howToPlay: '指で',
    tags: ['星'],
    visibility,
    remix: 'allowed' as const,
    thumbnailUrl: thumbnailOf?.(project.id) ?? null,
  };
  await store.publishedGames.publish(
    { actionId, userId: user.id, projectId: project.id, gameId, revision, listing },
    contentHash,
  );
  const fixed = `${gameId}/${revision}.${contentHash}`;
  return { gameId, projectId: project.id, revision, fixed };
}

/** The address by which a game is given away. */
export async function shareUrlIn(api: TestApi, gameId: string): Promise<string> {
  const answer = await askJson(api, 'GET', `/api/games/${gameId}`, 'anybody');
  return (answer.json() as { game: { shareUrl: string } }).game.shareUrl;
}
