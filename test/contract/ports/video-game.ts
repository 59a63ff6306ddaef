import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import type { RenderVideoStoryInput } from '../../../src/activities/ports/video-ports.js';
import { newAsset as storedAsset } from '../../support/own-assets.js';
import { makeVersion } from '../../support/versions.js';
import type { Place, PortFixture } from './fixture.js';

/** Red, green, blue. Grey is the ground on which an image is missing. */
export const COLOURS = {
  red: [230, 20, 20],
  green: [20, 200, 20],
  blue: [20, 20, 230],
  grey: [90, 90, 90],
} as const;

/**
 * A game that fills a column of the screen with each of these images, as far as it gets them, and
 * has a box run over them.
 */
const boxGame = (images: readonly string[]): string => `<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><meta name="viewport" content="width=device-width">
<title>箱</title></head><body>
<canvas id="c" width="360" height="640" style="position:fixed;inset:0"></canvas>
<script>
const context = document.getElementById('c').getContext('2d');
const images = ${JSON.stringify(images)}
  .map((address) => Object.assign(new Image(), { src: address }));
let x = 0;
function frame() {
  x = (x + 7) % 360;
  context.fillStyle = 'rgb(${COLOURS.grey.join()})'; context.fillRect(0, 0, 360, 640);
  images.forEach((image, at) => {
    if (image.naturalWidth > 0)
      context.drawImage(image, at * 360 / images.length, 0, 360 / images.length, 640);
  });
  context.fillStyle = '#000'; context.fillRect(x, 300, 44, 44); requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
</script></body></html>
`;

/** Puts an image of one colour among a user's assets; answers its address. */
export async function newAsset(
  { database, dataDir }: PortFixture,
  ownerId: string,
  colour: keyof typeof COLOURS,
  isPublic: boolean,
): Promise<string> {
  const bytes = await paint(colour);
  const asset = await storedAsset(
    database,
    dataDir,
    { userId: ownerId, projectId: null },
    { bytes, extension: '.png', stem: colour, isPublic },
  );
  return `/user-assets/${ownerId}/${asset.alias}`;
}

/**
 * Somebody else's host with an image that any page could load; `close` answers how often it was
 * asked.
 */
export async function startOutside(): Promise<{ image: string; close(): Promise<number> }> {
  const bytes = await paint('green');
  let asked = 0;
  const server = createServer((_request, response) =>
    response
      .writeHead(200, { 'content-type': 'image/png', 'access-control-allow-origin': '*' })
      .end(bytes),
  );
  server.on('connection', () => {
    asked += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    image: `http://127.0.0.1:${(server.address() as AddressInfo).port}/image.png`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(asked));
      }),
  };
}

function paint(colour: keyof typeof COLOURS): Promise<Buffer> {
  const [r, g, b] = COLOURS[colour];
  return sharp({ create: { width: 8, height: 8, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

/** A video that nobody has asked for yet, of a published version. */
export async function newVideo(
  fixture: PortFixture,
  given?: Place,
  images: readonly string[] = [],
): Promise<RenderVideoStoryInput> {
  const project = given ?? (await fixture.newProject());
  const run = await fixture.openRun(project);
  const work = { projectId: project.projectId, workId: run.jobId };
  const { revision } = await makeVersion(fixture.versions, work, {
    'index.html': boxGame(images),
  });
  await fixture.publish(run, revision);
  const story = {
    tagline: '箱が走る',
    scenes: ['はじまり', 'いいところ', 'おわり'] as [string, string, string],
    colours: { background: '#102040', accent: '#ffcc00' },
  };
  return {
    ...project,
    revision,
    attempt: 1,
    title: '箱のゲーム',
    story,
    ...(await openAction(fixture, project)),
  };
}

export async function openAction(
  fixture: PortFixture,
  { userId, projectId }: { userId: string; projectId: string },
): Promise<{ actionId: string }> {
  const actionId = randomUUID();
  await fixture.database.store.actions.open({
    id: actionId,
    userId,
    projectId,
    kind: 'renderVideo',
  });
  return { actionId };
}
