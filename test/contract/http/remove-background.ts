import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { CUTOUT_TOKEN, type FakeCutoutService } from '../../fakes/cutout-service.js';
import type { Stack } from '../../support/stack.js';
import type { TestUser } from '../../support/users.js';
import { patient } from '../../support/patience.js';
import { PIXEL } from './test-api.js';
import { coded } from '../../support/refusals.js';

/** The version of the service's model that the stack is told. */
export const CUTOUT_VERSION = 'the-version-of-this-test';

/** What the service answers. */
export const cutoutOfService = (): Promise<Buffer> =>
  sharp({
    create: { width: 8, height: 6, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
  })
    .png()
    .toBuffer();

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/**
 * rest.md §7.9, row by row, by the service whose calls are seen. By our own network:
 * cutout-network.test.ts.
 */
export function cutoutServiceRows(
  opened: () => { stack: Stack; service: FakeCutoutService; alice: TestUser; bob: TestUser },
): void {
  async function call(
    method: string,
    address: string,
    { as, body, signal }: { as?: TestUser | undefined; body?: unknown; signal?: AbortSignal } = {},
  ): Promise<Answered> {
    const answer = await fetch(`${opened().stack.baseUrl}${address}`, {
      method,
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        'content-type': 'application/json',
        ...(as ? { authorization: `Bearer ${as.accessToken}` } : {}),
      },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  const cutOut = (body: object, as = opened().alice, signal?: AbortSignal): Promise<Answered> =>
    call('POST', '/api/assets/remove-background', { as, body, ...(signal ? { signal } : {}) });
  const imageUrl = (fault: string): string =>
    `https://images.test/${randomUUID()}.png?fault=${fault}`;
  const askedFor = (image: string): number =>
    opened().service.seen.filter(({ input }) => input.image === image).length;

  describe('POST /api/assets/remove-background (§7.9), by the service', () => {
    it('answers the image as PNG; what was sent is passed on as it is', async () => {
      const noise = { raw: { width: 300, height: 300, channels: 3 as const } };
      const photo = await sharp(randomBytes(300 * 300 * 3), noise)
        .png()
        .toBuffer();
      const image = `data:image/png;base64,${photo.toString('base64')}`;
      const { status, body } = await cutOut({ image });
      expect([status, Object.keys(body).sort(), body['success']]).toEqual([
        200,
        ['actionId', 'image', 'success'],
        true,
      ]);
      const [head, data] = String(body['image']).split(',');
      expect(head).toBe('data:image/png;base64');
      expect(await sharp(Buffer.from(data ?? '', 'base64')).metadata()).toMatchObject({
        format: 'png',
        width: 8,
        height: 6,
        hasAlpha: true,
      });
      expect(opened().service.seen.find(({ input }) => input.image === image)).toEqual({
        version: CUTOUT_VERSION,
        input: { image, preserve_alpha: true },
        authorization: `Bearer ${CUTOUT_TOKEN}`,
        prefer: 'wait',
      });
      expect(
        (await call('GET', `/api/actions/${String(body['actionId'])}`, { as: opened().alice }))
          .body,
      ).toMatchObject({ kind: 'removeBackground', state: 'completed', progress: 100, error: null });
    });

    const UNREADABLE = { success: false, ...coded('ImageUnreadable') };
    const dataUri = (content: string | Buffer): string =>
      `data:image/png;base64,${Buffer.from(content).toString('base64')}`;
    const pixel = (width: number, height: number): Buffer => {
      const bytes = Buffer.from(PIXEL);
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      return bytes;
    };
    const REQUIRED = { error: 'image is required' };
    it.each<[string, object, number, object]>([
      ['no image', {}, 400, REQUIRED],
      ['an empty one', { image: '' }, 400, REQUIRED],
      ['a number', { image: 5 }, 400, REQUIRED],
      ['null', { image: null }, 400, REQUIRED],
      ['a drawing that calls itself PNG', { image: dataUri('<svg xmlns="x"/>') }, 500, UNREADABLE],
      [
        'an image that was cut off',
        { image: dataUri(pixel(1, 1).subarray(0, 40)) },
        500,
        UNREADABLE,
      ],
      [
        'a few bytes that say they are 50,000 × 50,000 pixels',
        { image: dataUri(pixel(50_000, 50_000)) },
        500,
        { success: false, ...coded('ImageTooLarge') },
      ],
    ])('%s: refused', async (_what, body, status, answer) => {
      expect(await cutOut(body)).toEqual({ status, body: answer });
    });

    it('failures are told in the words of the service, or in those that clients know', async () => {
      const rows = [
        ['detail', 1, "- input.image: Does not match format 'uri'"],
        ['failed', 1, 'CUDA out of memory'],
        ['failed-mute', 1, 'Background removal failed'],
        ['canceled', 1, 'Background removal was canceled'],
        ['no-output', 1, 'No output from background removal'],
        ['lost', 1, 'Failed to fetch result image'],
        ['429', 3, 'Request was throttled.'],
      ] as const;
      await Promise.all(
        rows.map(async ([fault, times, error]) => {
          const image = imageUrl(fault);
          expect(await cutOut({ image }), fault).toMatchObject({
            status: 500,
            body: { success: false, error },
          });
          expect(askedFor(image), fault).toBe(times);
        }),
      );
      const passing = imageUrl('429-once');
      expect((await cutOut({ image: passing })).status).toBe(200);
      expect(askedFor(passing)).toBe(2);
    });

    it('nobody but a user may ask', async () => {
      expect(await call('POST', '/api/assets/remove-background', { body: { image: 'x' } })).toEqual(
        {
          status: 401,
          body: { error: 'No access token provided' },
        },
      );
      expect(await cutOut({ image: 'x' }, { ...opened().alice, accessToken: 'x' })).toEqual({
        status: 401,
        body: { error: 'Invalid or expired token' },
      });
    });

    it('a cut-off client finds the image with its next call; other users get another', async () => {
      const [actionId, image] = [randomUUID(), imageUrl('slow')];
      const cut = new AbortController();
      const first = cutOut({ image, actionId }, opened().alice, cut.signal);
      first.catch(() => undefined);
      await expect.poll(() => askedFor(image), { timeout: patient(60_000) }).toBe(1);
      cut.abort();
      await expect(first).rejects.toThrow();
      await expect
        .poll(
          async () =>
            (await call('GET', `/api/actions/${actionId}`, { as: opened().alice })).body['state'],
          { timeout: patient(60_000) },
        )
        .toBe('completed');
      expect(await cutOut({ image })).toMatchObject({
        status: 200,
        body: { success: true, actionId },
      });
      expect(askedFor(image)).toBe(1);
      expect((await cutOut({ image }, opened().bob)).body['actionId']).not.toBe(actionId);
      expect(askedFor(image)).toBe(2);
    });
  });

  describe('stopping a cut-out (§7.9), by the service', () => {
    it('is stopped at once, the service is told, and what was sent is gone', async () => {
      const [actionId, image] = [randomUUID(), imageUrl('stuck')];
      const told = opened().service.cancelled.length;
      const cutting = cutOut({ image, actionId });
      await expect.poll(() => askedFor(image), { timeout: patient(60_000) }).toBe(1);
      expect(await call('POST', `/api/actions/${actionId}/cancel`, { as: opened().alice })).toEqual(
        {
          status: 200,
          body: { success: true, outcome: 'cancelled' },
        },
      );
      expect(await cutting).toEqual({
        status: 500,
        body: { success: false, error: '停止しました。' },
      });
      await expect
        .poll(() => opened().service.cancelled.length, { timeout: patient(20_000) })
        .toBe(told + 1);
      await expect
        .poll(
          async () =>
            (
              await readdir(
                path.join(opened().stack.dataDir, 'objects', 'images', opened().alice.id),
              )
            ).filter((name) => name.startsWith(actionId)),
          { timeout: patient(20_000) },
        )
        .toEqual([]);
    });
  });
}
