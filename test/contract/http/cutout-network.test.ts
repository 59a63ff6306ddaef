import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { coded } from '../../support/refusals.js';

/** rest.md §7.9 where no service is configured. By the service: images.test.ts. */
const stack = sharedStack();
let alice: TestUser;
beforeAll(async () => {
  alice = await createUser(stack.env, 'alice');
});

describe('POST /api/assets/remove-background (§7.9), by our own network', () => {
  const cutOut = async (
    image: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${stack.baseUrl}/api/assets/remove-background`, {
      method: 'POST',
      body: JSON.stringify({ image }),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${alice.accessToken}`,
      },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('cuts the subject out of an image and keeps its size', async () => {
    const photo = await sharp(
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="150"><linearGradient id="g"><stop offset="0" stop-color="#8fb"/><stop offset="1" stop-color="#48c"/></linearGradient>' +
          '<rect width="200" height="150" fill="url(#g)"/><circle cx="100" cy="75" r="45" ' +
          'fill="#c22"/></svg>',
      ),
    )
      .jpeg()
      .toBuffer();
    const { status, body } = await cutOut(`data:image/jpeg;base64,${photo.toString('base64')}`);
    expect([status, body['success'], 'prompt' in body]).toEqual([200, true, false]);
    const { data, info } = await sharp(
      Buffer.from(String(body['image']).split(',')[1] ?? '', 'base64'),
    )
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([200, 150, 4]);
    expect([data[3]! < 30, data[(75 * 200 + 100) * 4 + 3]! > 220]).toEqual([true, true]);
  });

  it.each([
    ['an address', 'http://127.0.0.1/cat.png'],
    [
      'a drawing that may hold a script',
      `data:image/png;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')}`,
    ],
  ])('%s is refused clearly', async (_what, image) => {
    expect(await cutOut(image)).toEqual({
      status: 500,
      body: { success: false, ...coded('ImageUnreadable') },
    });
  });
});
