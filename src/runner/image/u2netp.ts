import { readFile } from 'node:fs/promises';
import os from 'node:os';
import type * as Ort from 'onnxruntime-web';
import { AppError } from '../../contracts/base/errors.js';
import { loadPackage } from '../packages.js';

/** Width and height of what the network looks at, and of its mask. */
export const MASK_SIZE = 320;
const PIXELS = MASK_SIZE * MASK_SIZE;
/** Mean and deviation of the images that it was trained with. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;
/** When it is nowhere surer than this, it has found nothing. */
const MIN_PEAK = 0.3;
/** A second thread nearly halves the time, more bring little. */
const MAX_THREADS = 2;

export interface CutoutModel {
  /** The network u2netp as an ONNX file; undefined = there is none. */
  readonly file: string | undefined;
  readonly seenFrom?: string | undefined;
}

/**
 * How much of each pixel belongs to the subject, 0 to 255, for an image of MASK_SIZE × MASK_SIZE.
 * Holds this thread for seconds. Throws `ImageServiceMissing` without the network, `CutoutFailed`
 * when the image has no subject.
 */
export async function subjectMask(rgb: Buffer, { file, seenFrom }: CutoutModel): Promise<Buffer> {
  const network = await readNetwork(file);
  const ort = loadPackage<typeof Ort>('onnxruntime-web/wasm', seenFrom);
  ort.env.wasm.numThreads = Math.min(MAX_THREADS, os.availableParallelism());
  const session = await ort.InferenceSession.create(network, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'basic',
  });
  const [input, output] = [session.inputNames[0], session.outputNames[0]];
  if (input === undefined || output === undefined)
    throw new AppError('ImageServiceMissing', 'the file of the network is not u2netp');
  const answer = await session.run(
    { [input]: new ort.Tensor('float32', normalised(rgb), [1, 3, MASK_SIZE, MASK_SIZE]) },
    [output],
  );
  return maskOf(answer[output]?.data as Float32Array);
}

async function readNetwork(file: string | undefined): Promise<Buffer> {
  const bytes = file === undefined ? null : await readFile(file).catch(() => null);
  if (bytes === null)
    throw new AppError(
      'ImageServiceMissing',
      'the network for cut-outs is not there: npm run tools fetches it',
    );
  return bytes;
}

/** All reds, then all greens, then all blues, scaled as the network was trained. */
function normalised(rgb: Buffer): Float32Array {
  const values = new Float32Array(3 * PIXELS);
  const brightest = rgb.reduce((most, value) => Math.max(most, value), 1);
  for (let at = 0; at < PIXELS; at += 1) {
    for (const channel of [0, 1, 2] as const)
      values[channel * PIXELS + at] =
        (rgb[at * 3 + channel]! / brightest - MEAN[channel]) / DEVIATION[channel];
  }
  return values;
}

/** The network's surety, spread over the whole range. */
export function maskOf(surety: Float32Array): Buffer {
  const [low, high] = surety.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  if (!(high >= MIN_PEAK) || high === low)
    throw new AppError('CutoutFailed', 'Background removal failed');
  return Buffer.from(surety.map((value) => Math.round(((value - low) / (high - low)) * 255)));
}
