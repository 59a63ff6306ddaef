import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { ImageActivities } from '../../../src/activities/ports/image-ports.js';
import { SPRITE_SIDE } from '../../../src/contracts/game/brief.js';
import { spriteIdFor } from '../../../src/contracts/base/ids.js';
import { IMAGE_PROGRESS } from '../../../src/contracts/media/images.js';
import { eventually } from '../runner/bench.js';
import { IMAGE_KEY, inActivity, processesOf, type PortSet, type PortFixture } from './fixture.js';
import { inFullRuns } from '../../scope.js';
import { patient } from '../../support/patience.js';

const GENEROUS_MS = patient(40_000);

const drawing = (svg: string) =>
  sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90">${svg}</svg>`),
  );
const uri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;
const KEYED =
  '<rect width="120" height="90" fill="#f0f"/><rect x="40" y="20" width="40" height="50" ' +
  'fill="#2a2"/>';
const PHOTO =
  '<linearGradient id="g"><stop offset="0" stop-color="#8fb"/><stop offset="1" ' +
  'stop-color="#48c"/></linearGradient><rect width="120" height="90" fill="url(#g)"/' +
  '><circle cx="60" cy="45" r="28" fill="#c22"/>';

const FAILURES: readonly (readonly [what: string, prompt: string, kind: string])[] = [
  ['a blocked prompt', '[demo:blocked] 猫', 'ImageRefused'],
  ['a withheld image', '[demo:safety] 猫', 'ImageRefused'],
  ['words instead of an image', '[demo:no-image] 猫', 'ImageNotMade'],
  ['too many requests', '[demo:429] 猫', 'ModelRateLimited'],
  ['a busy model', '[demo:503] 猫', 'ModelOverloaded'],
  ['an answer that is no image', '[demo:broken] 猫', 'ImageUnreadable'],
];

/** What every set promises about images. */
export function imagePromises(place: () => { fixture: PortFixture; set: PortSet }): void {
  const newAction = () => ({
    actionId: randomUUID(),
    userId: randomUUID(),
    projectId: null,
    attempt: 1,
  });
  const start = <N extends keyof ImageActivities>(
    name: N,
    input: Parameters<ImageActivities[N]>[0],
  ) => {
    type Made = Awaited<ReturnType<ImageActivities[N]>>;
    const make = place().set.images[name] as unknown as (given: typeof input) => Promise<Made>;
    return inActivity<typeof input, Made>((given) => make(given), input);
  };
  const kept = ({ userId, actionId }: { userId: string; actionId: string }) =>
    place().fixture.images.read(userId, actionId);
  const alphaAt = async (
    bytes: Buffer | null,
    ...spots: readonly (readonly [x: number, y: number])[]
  ) => {
    const { data, info } = await sharp(bytes ?? Buffer.alloc(0))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return spots.map(([x, y]) => data[(y * info.width + x) * 4 + 3]!);
  };

  it("a sprite is drawn, cut out, and kept as the action's", async () => {
    const action = newAction();
    const made = await start('drawImage', { ...action, op: 'sprite', prompt: '緑のスライム' })
      .outcome;
    expect(made).toEqual({
      mimeType: 'image/png',
      prompt: expect.stringMatching(/^緑のスライム[\s\S]*#FF00FF/) as unknown,
    });
    expect(await sharp((await kept(action))!).metadata()).toMatchObject({
      format: 'png',
      hasAlpha: true,
    });
    expect(await alphaAt(await kept(action), [0, 0])).toEqual([0]);
  });

  it('C4: a sprite for a game is a small WebP and is drawn once, however often', async () => {
    const sprite = { jobId: randomUUID(), userId: randomUUID(), projectId: randomUUID() };
    const prompt = `ゲームの猫 ${sprite.jobId}`;
    const draw = (attempt: number) =>
      start('drawSprite', { ...sprite, name: 'cat', prompt, attempt }).outcome;
    const made = await draw(1);
    const bytes = await place().fixture.images.read(
      sprite.userId,
      spriteIdFor(sprite.jobId, 'cat'),
    );
    expect(made).toEqual({ sizeBytes: bytes?.length });
    const { format, hasAlpha, width, height } = await sharp(bytes!).metadata();
    expect({ format, hasAlpha }).toEqual({ format: 'webp', hasAlpha: true });
    expect(Math.max(width, height)).toBeLessThanOrEqual(SPRITE_SIDE);
    expect(await draw(2)).toEqual(made);
    const asked = place().fixture.imageRequests.filter((each) => each.startsWith(prompt));
    expect(asked).toHaveLength(1);
  });

  it("a player's image is placed by what it holds, small, once, for him alone", async () => {
    const { fixture } = place();
    const job = { jobId: randomUUID(), ...(await fixture.newProject()) };
    const placed = async (bytes: Buffer, extension: string, attempt = 1) => {
      const assetId = await fixture.newAsset(job, bytes, extension);
      const input = { ...job, assetId, name: `image-${assetId.slice(0, 8)}`, attempt };
      return { input, outcome: start('placeImage', input).outcome };
    };
    const photo = await drawing(PHOTO).resize(1_200, 900).jpeg().toBuffer();
    const { input, outcome } = await placed(photo, '.html');
    expect(await outcome).toEqual({ width: SPRITE_SIDE, height: 384 });
    const bytes = await fixture.images.read(job.userId, spriteIdFor(job.jobId, input.name));
    expect(await sharp(bytes!).metadata()).toMatchObject({ format: 'webp', width: SPRITE_SIDE });
    // The next attempt finds it, whatever has become of the file meanwhile (C4).
    const again = { ...input, assetId: randomUUID(), attempt: 2 };
    expect(await start('placeImage', again).outcome).toEqual(await outcome);

    const failures: [Buffer, string][] = [
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'ImageUnreadable'],
      [photo.subarray(0, 400), 'ImageUnreadable'],
    ];
    for (const [sent, kind] of failures)
      await expect((await placed(sent, '.png')).outcome).rejects.toMatchObject({ kind });
    const stranger = { ...input, jobId: randomUUID(), userId: randomUUID() };
    await expect(start('placeImage', stranger).outcome).rejects.toMatchObject({
      kind: 'FILE_NOT_FOUND',
    });
  });

  it('the row of an action tells how far its image is: asked for, and at last kept', async () => {
    const { userId } = await place().fixture.newProject();
    const action = { ...newAction(), userId };
    const { actions } = place().fixture.database.store;
    await actions.open({ id: action.actionId, userId, projectId: null, kind: 'generateImage' });
    const progress = async () => (await actions.get(action.actionId))?.progress;
    const wish = `[demo:slow-3] ${action.actionId}`;
    const { outcome } = start('drawImage', { ...action, op: 'sprite', prompt: wish });
    await eventually(
      () => place().fixture.imageRequests.some((prompt) => prompt.startsWith(wish)),
      GENEROUS_MS,
    );
    await eventually(async () => (await progress()) === IMAGE_PROGRESS.asked, GENEROUS_MS);
    await outcome;
    await eventually(async () => (await progress()) === IMAGE_PROGRESS.kept, GENEROUS_MS);
  });

  it('a thumbnail is 9:16, as WebP', async () => {
    const action = newAction();
    expect(
      await start('drawImage', { ...action, op: 'thumbnail', prompt: '星よけ' }).outcome,
    ).toMatchObject({ mimeType: 'image/webp' });
    expect(await sharp((await kept(action))!).metadata()).toMatchObject({
      format: 'webp',
      width: 360,
      height: 640,
    });
  });

  inFullRuns('http/cutout-network cuts by the network, runner/image/key-out by magenta', () => {
    it('an image sent is cut out: keyed on magenta, by the network on anything else', async () => {
      const [keyed, photo] = [newAction(), newAction()];
      await place().fixture.images.writeSource(
        keyed.userId,
        keyed.actionId,
        uri(await drawing(KEYED).png().toBuffer()),
      );
      await place().fixture.images.writeSource(
        photo.userId,
        photo.actionId,
        uri(await drawing(PHOTO).jpeg().toBuffer()),
      );
      expect(await start('removeBackground', keyed).outcome).toEqual({
        mimeType: 'image/png',
        prompt: null,
      });
      expect(await alphaAt(await kept(keyed), [2, 2], [60, 45])).toEqual([0, 255]);
      await start('removeBackground', photo).outcome;
      const [ground, subject] = await alphaAt(await kept(photo), [4, 4], [60, 45]);
      expect([ground! < 40, subject! > 215]).toEqual([true, true]);
    });
  });

  it('failures are told by their own kind, show no key and keep nothing', async () => {
    await Promise.all(
      FAILURES.map(async ([what, prompt, kind]) => {
        const action = newAction();
        const { outcome, beats } = start('drawImage', { ...action, op: 'sprite', prompt });
        const failure = (await outcome.catch((error: unknown) => error)) as Error & {
          details: unknown;
        };
        expect(failure, what).toMatchObject({ name: 'AppError', kind });
        expect(JSON.stringify([failure.message, failure.details, beats])).not.toContain(IMAGE_KEY);
        expect(await kept(action)).toBeNull();
      }),
    );
    const [unreadable, gone] = [newAction(), newAction()];
    await place().fixture.images.writeSource(
      unreadable.userId,
      unreadable.actionId,
      'data:image/png;base64,PHNjcmlwdD4=',
    );
    await expect(start('removeBackground', unreadable).outcome).rejects.toMatchObject({
      kind: 'ImageUnreadable',
    });
    await expect(start('removeBackground', gone).outcome).rejects.toMatchObject({
      kind: 'FILE_NOT_FOUND',
    });
  });

  it('a cancelled image is stopped at once, with all it started, and leaves nothing', async () => {
    const action = newAction();
    const wish = `[demo:slow-60] ${action.actionId}`;
    const { outcome, env } = start('drawImage', { ...action, op: 'sprite', prompt: wish });
    await eventually(
      () => place().fixture.imageRequests.some((prompt) => prompt.startsWith(wish)),
      GENEROUS_MS,
    );
    expect(await processesOf(place().set)).not.toEqual([]);
    const cancelledMs = performance.now();
    env.cancel('CANCELLED');
    await expect(outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
    await eventually(async () => (await processesOf(place().set)).length === 0, GENEROUS_MS);
    // Two seconds on a quiet machine, of the sixty that it would have taken.
    expect(performance.now() - cancelledMs).toBeLessThan(patient(10_000));
    expect(await kept(action)).toBeNull();
  });
}
