import { spawn } from 'node:child_process';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { type ImageInput, IMAGE_PROGRESS } from '../../../src/contracts/media/images.js';
import { cutOutByService } from '../../../src/runner/image/cutout-service.js';
import { makeImage, type ImageAccess } from '../../../src/runner/image/image.js';
import {
  CUTOUT_TOKEN,
  startCutoutService,
  type FakeCutoutService,
} from '../../fakes/cutout-service.js';
import { RUNNER_ARGS } from '../../support/programs.js';
import { patient } from '../../support/patience.js';

const NETWORK = path.join(PROJECT_ROOT, '.tools/u2netp.onnx');
const nobody = new AbortController().signal;
const uri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;
const bytesOf = (data: string): Buffer => Buffer.from(data, 'base64');

/** A ball on a meadow, as JPEG: nothing in it is one flat colour but the ball. */
const ball = (): Promise<Buffer> =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><linearGradient \
id="g"><stop offset="0" stop-color="#8fb"/><stop offset="1" stop-color="#48c"/></linearGradient>
   <rect width="400" height="300" fill="url(#g)"/><circle cx="200" cy="150" r="85" \
fill="#c22"/></svg>`,
    ),
  )
    .jpeg()
    .toBuffer();

const access = (cutoutModel: string | undefined = NETWORK): ImageAccess => ({
  apiKey: undefined,
  onStage: () => undefined,
  baseUrl: '',
  cutoutModel,
  cutoutService: { token: undefined, baseUrl: '' },
});
const cutOut = (image: string, model?: string) =>
  makeImage({ command: 'image', op: 'cutout', image }, access(model), nobody);

async function alphaAt(
  data: string,
  ...places: readonly (readonly [x: number, y: number])[]
): Promise<number[]> {
  const { data: pixels, info } = await sharp(bytesOf(data))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return places.map(([x, y]) => pixels[(y * info.width + x) * 4 + 3] ?? -1);
}

/** The runner as a process, told to stop when it says `stopAt`. */
function runner(
  input: ImageInput,
  env: Record<string, string>,
  stopAt?: string,
): Promise<{ text: string; signal: string | null; tookMs: number; stopMs: number }> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, RUNNER_ARGS, {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  let toldMs: number | null = null;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (toldMs !== null || stopAt === undefined || !text.includes(stopAt)) return;
    toldMs = performance.now();
    child.kill('SIGTERM');
  });
  child.stdin.write(`${JSON.stringify(input)}\n`);
  return new Promise((resolve) =>
    child.once('close', (_code, signal) => {
      const endedMs = performance.now();
      const stopMs = endedMs - (toldMs ?? endedMs);
      resolve({ text, signal, tookMs: endedMs - startedMs, stopMs });
    }),
  );
}

describe('an image cut out by our own network', () => {
  it(
    'keeps its size and its subject, loses what is behind it; in the runner, with no key and ' +
      'no network',
    async () => {
      const { text, tookMs } = await runner(
        { command: 'image', op: 'cutout', image: uri(await ball()) },
        { CUTOUT_MODEL_FILE: NETWORK },
      );
      const lines = text
        .trim()
        .split('\n')
        .map(
          (line) =>
            JSON.parse(line) as {
              progress: number;
              result: { mimeType: string; data: string; prompt: null };
            },
        )
        // A slow machine is told meanwhile that it still works.
        .filter((line) => !('alive' in line));
      const { result } = lines.pop()!;
      expect(lines.map(({ progress }) => progress)).toEqual([
        IMAGE_PROGRESS.asked,
        IMAGE_PROGRESS.received,
        IMAGE_PROGRESS.worked,
      ]);
      expect([result.mimeType, result.prompt]).toEqual(['image/png', null]);
      expect(await sharp(bytesOf(result.data)).metadata()).toMatchObject({
        format: 'png',
        width: 400,
        height: 300,
        hasAlpha: true,
      });
      const [middle, left, top, corner, outside] = await alphaAt(
        result.data,
        [200, 150],
        [125, 150],
        [200, 75],
        [5, 5],
        [330, 150],
      );
      for (const inside of [middle, left, top]) expect(inside).toBeGreaterThan(220);
      for (const ground of [corner, outside]) expect(ground).toBeLessThan(30);
      process.stdout.write(`cut-out by u2netp, process included: ${Math.round(tookMs)} ms\n`);
    },
  );

  it('is stopped at once, in the middle of its work', async () => {
    const running = runner(
      { command: 'image', op: 'cutout', image: uri(await ball()) },
      { CUTOUT_MODEL_FILE: NETWORK },
      String(IMAGE_PROGRESS.asked),
    );
    const { text, signal, stopMs } = await running;
    expect([signal, /result|error/.test(text)]).toEqual(['SIGTERM', false]);
    expect(stopMs).toBeLessThan(patient(2_000));
  });

  it('on our own magenta it is keyed instead, exactly and without the network', async () => {
    const onMagenta = await sharp(
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="64" ' +
          'height="48" fill="#f0f"/><rect x="20" y="10" width="24" height="28" ' +
          'fill="#2a2"/></svg>',
      ),
    )
      .png()
      .toBuffer();
    const { data } = await cutOut(uri(onMagenta), '/nonexistent');
    expect(await sharp(bytesOf(data)).metadata()).toMatchObject({ width: 64, height: 48 });
    expect(await alphaAt(data, [0, 0], [32, 24], [63, 47])).toEqual([0, 255, 0]);
  });

  it('without the network: said so', async () => {
    await expect(cutOut(uri(await ball()), '/nonexistent')).rejects.toMatchObject({
      kind: 'ImageServiceMissing',
    });
  });

  it.each<[string, string, () => Promise<Buffer> | Buffer]>([
    [
      'a small file that unpacks to very much',
      'ImageTooLarge',
      () =>
        sharp(Buffer.alloc(5_000 * 4_000), { raw: { width: 5_000, height: 4_000, channels: 1 } })
          .png()
          .toBuffer(),
    ],
    [
      'a header that promises more than anybody has',
      'ImageUnreadable',
      () => Buffer.from('89504e470d0a1a0a0000000d49484452ffffffffffffffff0806000000', 'hex'),
    ],
    ['an image that was cut off', 'ImageUnreadable', async () => (await ball()).subarray(0, 900)],
    [
      'bytes that only begin like an image',
      'ImageUnreadable',
      () =>
        Buffer.concat([
          Buffer.from('89504e470d0a1a0a', 'hex'),
          Buffer.from('<script>alert(1)</script>'),
        ]),
    ],
  ])('%s is refused', async (_what, kind, make) => {
    await expect(cutOut(uri(await make()), '/nonexistent')).rejects.toMatchObject({ kind });
  });
});

describe('an image cut out by the service (rest.md §7.9)', () => {
  let service: FakeCutoutService;
  let result: Buffer;
  beforeAll(async () => {
    result = await sharp({
      create: { width: 8, height: 6, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    service = await startCutoutService(result);
  });
  afterAll(() => service?.close());
  const ask = (
    fault: string,
    { timeoutMs = 30_000, signal = nobody, token = CUTOUT_TOKEN, baseUrl = service.url } = {},
  ) =>
    cutOutByService(
      { token, baseUrl },
      { image: `https://images.test/cat.png?fault=${fault}`, version: 'the-version', timeoutMs },
      signal,
    );

  it('is asked as V2 asks it, and its result is fetched', async () => {
    expect(await ask('none')).toEqual(result);
    expect(service.seen.at(-1)).toEqual({
      version: 'the-version',
      input: { image: 'https://images.test/cat.png?fault=none', preserve_alpha: true },
      authorization: `Bearer ${CUTOUT_TOKEN}`,
      prefer: 'wait',
    });
  });

  it('is asked again every second until it is ready', async () => {
    expect(await ask('slow')).toEqual(result);
  });

  it.each([
    ['detail', 'CutoutFailed', "- input.image: Does not match format 'uri'"],
    ['429', 'CutoutUnavailable', 'Request was throttled.'],
    ['500', 'CutoutUnavailable', 'Background removal service error'],
    ['failed', 'CutoutFailed', 'CUDA out of memory'],
    ['failed-mute', 'CutoutFailed', 'Background removal failed'],
    ['canceled', 'CutoutFailed', 'Background removal was canceled'],
    ['no-output', 'CutoutFailed', 'No output from background removal'],
    ['lost', 'CutoutFailed', 'Failed to fetch result image'],
    ['no-image', 'CutoutFailed', 'Failed to fetch result image'],
  ])('%s: %s, in words that clients know', async (fault, kind, message) => {
    await expect(ask(fault)).rejects.toMatchObject({ kind, message });
  });

  it('what it says about waiting is passed on', async () => {
    await expect(ask('429')).rejects.toMatchObject({ details: { retryAfterMs: 1_000 } });
  });

  it('without a token, with a wrong one, and when it is away', async () => {
    await expect(ask('none', { token: '' })).rejects.toMatchObject({ kind: 'ImageServiceMissing' });
    await expect(ask('none', { token: 'another' })).rejects.toMatchObject({
      kind: 'CutoutFailed',
      message: 'You did not pass a valid authentication token',
    });
    await expect(ask('none', { baseUrl: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      kind: 'CutoutUnavailable',
      message: 'Background removal service error',
    });
  });

  it('one that takes too long, or that nobody waits for any more, is told to stop', async () => {
    await expect(ask('stuck', { timeoutMs: 1_500 })).rejects.toMatchObject({
      kind: 'CutoutFailed',
      message: 'Background removal timed out',
    });
    expect(service.cancelled).toHaveLength(1);
    const stop = new AbortController();
    const asking = ask('stuck', { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), patient(500));
    await expect(asking).rejects.toThrow('stopped');
    expect(service.cancelled).toHaveLength(2);
  });
});
