import { access, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RenderVideoStoryInput } from '../../../src/activities/ports/video-ports.js';
import { callIdFor } from '../../../src/contracts/base/ids.js';
import { videoTempName } from '../../../src/contracts/media/video.js';
import { difference, nearestColour, openVideo, programsOf } from '../../support/video.js';
import { eventually } from '../runner/bench.js';
import { patient } from '../../support/patience.js';
import { COLOURS, newAsset, newVideo, openAction, startOutside } from './video-game.js';
import { inActivity, processesOf, type PortSet, type PortFixture } from './fixture.js';

const GENEROUS_MS = patient(120_000);
const SCREEN = { left: 0.25, top: 0.3, width: 0.5, height: 0.4 };
/** The four columns of the game, above the box. */
const COLUMNS = [0.2, 0.4, 0.6, 0.8].map((middle) => ({
  left: middle - 0.03,
  top: 0.35,
  width: 0.06,
  height: 0.06,
}));
/** What every set promises about videos, here of one second at half size. */
export function videoPromises(place: () => { fixture: PortFixture; set: PortSet }): void {
  const start = (input: RenderVideoStoryInput) =>
    inActivity((given: RenderVideoStoryInput) => place().set.videos.renderVideo(given), input);
  const kept = ({ projectId }: RenderVideoStoryInput) => place().fixture.videos.read(projectId);
  const leftOf = ({ actionId }: RenderVideoStoryInput) =>
    scratchOf(callIdFor(actionId, 1), place().fixture.dataDir);

  it(
    'F4: a video of a fixed version is whole, shows the game with its images, is made only once',
    async () => {
      const { fixture } = place();
      const [project, stranger, outside] = [
        await fixture.newProject(),
        await fixture.newProject(),
        await startOutside(),
      ];
      const input = await newVideo(fixture, project, [
        await newAsset(fixture, project.userId, 'red', false),
        await newAsset(fixture, stranger.userId, 'blue', true),
        await newAsset(fixture, stranger.userId, 'green', false),
        outside.image,
      ]);
      const made = { revision: input.revision, seconds: 1 };
      expect(await start(input).outcome).toEqual(made);
      const first = await kept(input);
      const video = await openVideo(first?.bytes ?? Buffer.alloc(0));
      expect(video).toMatchObject({ codec: 'h264', width: 540, height: 960, rate: '30/1' });
      expect(video.frames).toHaveLength(30);
      expect(await difference(video.frames[9]!, video.frames[14]!, SCREEN)).toBeGreaterThan(0.2);
      expect(
        await Promise.all(
          COLUMNS.map((column) => nearestColour(video.frames[14]!, column, COLOURS)),
        ),
      ).toEqual(['red', 'blue', 'grey', 'grey']);
      expect(await outside.close()).toBe(0);
      expect([await programsOf(input.actionId), await leftOf(input)]).toEqual([[], []]);
      expect(
        await start({ ...input, ...(await openAction(place().fixture, input)) }).outcome,
      ).toEqual(made);
      expect((await kept(input))?.changedAt).toEqual(first?.changedAt);
    },
    GENEROUS_MS,
  );

  it('a video of a version that is not there is told as missing', async () => {
    const input = await newVideo(place().fixture);
    await expect(start({ ...input, revision: 'a'.repeat(40) }).outcome).rejects.toMatchObject({
      kind: 'RevisionMissing',
    });
    expect([await kept(input), await programsOf(input.actionId), await leftOf(input)]).toEqual([
      null,
      [],
      [],
    ]);
  });

  it(
    'F1: a cancelled video is ended with its browsers, and leaves no folder and no video',
    async () => {
      const input = await newVideo(place().fixture);
      const { outcome, env } = start(input);
      await eventually(async () => (await programsOf(input.actionId)).length > 0, GENEROUS_MS);
      expect(await leftOf(input)).not.toEqual([]);
      env.cancel('CANCELLED');
      await expect(outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
      await eventually(
        async () =>
          [
            ...(await programsOf(input.actionId)),
            ...(await processesOf(place().set)),
            ...(await leftOf(input)),
          ].length === 0,
        GENEROUS_MS,
      );
      expect(await kept(input)).toBeNull();
    },
    GENEROUS_MS,
  );
}

/**
 * Folders of a call: below the data folder, the temp folder, and the temp folders of the emulator's
 * containers.
 */
async function scratchOf(callId: string, dataDir: string): Promise<string[]> {
  const list = (folder: string) =>
    readdir(folder).then(
      (names) => names.map((name) => path.join(folder, name)),
      () => [],
    );
  const below = async (folders: string[], start = '') =>
    (await Promise.all(folders.map(list)))
      .flat()
      .filter((folder) => path.basename(folder).startsWith(start));
  const callFolders = await below(await below(await below([os.tmpdir()], 'modal-')), 'dc-');
  const places = [path.join(dataDir, 'scratch'), os.tmpdir(), ...callFolders].flatMap((folder) => [
    path.join(folder, callId),
    path.join(folder, videoTempName(callId)),
  ]);
  return (
    await Promise.all(
      places.map((folder) =>
        access(folder).then(
          () => [folder],
          () => [],
        ),
      ),
    )
  ).flat();
}
