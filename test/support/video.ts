import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { PROJECT_ROOT } from '../../src/config.js';
import { videoTempName } from '../../src/contracts/media/video.js';
import { listProcesses } from './processes.js';

const run = promisify(execFile);

export interface PromoVideo {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly rate: string;
  readonly frames: Buffer[];
}

/** What is in a video: its stream, and its images as PNG. */
export async function openVideo(bytes: Buffer): Promise<PromoVideo> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-video-'));
  const file = path.join(folder, 'movie.mp4');
  try {
    await writeFile(file, bytes);
    const probed = await ff('ffprobe', [
      '-show_entries',
      'stream=codec_name,width,height,r_frame_rate',
      '-of',
      'json',
      file,
    ]);
    const [stream] = (
      JSON.parse(probed) as {
        streams: { codec_name: string; width: number; height: number; r_frame_rate: string }[];
      }
    ).streams;
    if (!stream) throw new Error('the video has no stream');
    await ff('ffmpeg', ['-i', file, '-fps_mode', 'passthrough', path.join(folder, '%05d.png')]);
    const images = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
    const frames = await Promise.all(images.map((name) => readFile(path.join(folder, name))));
    return {
      codec: stream.codec_name,
      width: stream.width,
      height: stream.height,
      rate: stream.r_frame_rate,
      frames,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The encoder's own tools, as they came with it. */
async function ff(tool: 'ffmpeg' | 'ffprobe', args: readonly string[]): Promise<string> {
  const packages = path.join(PROJECT_ROOT, 'node_modules', '@remotion');
  const compositor = (await readdir(packages)).find((name) => name.startsWith('compositor-'));
  const folder = path.join(packages, compositor ?? '');
  return (
    await run(path.join(folder, tool), ['-v', 'error', ...args], {
      env: { ...process.env, LD_LIBRARY_PATH: folder },
    })
  ).stdout;
}

/** Part of an image, in shares of its size. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

async function cut(image: Buffer, { left, top, width, height }: Area): Promise<Sharp> {
  const { width: w = 0, height: h = 0 } = await sharp(image).metadata();
  return sharp(image).extract({
    left: Math.round(left * w),
    top: Math.round(top * h),
    width: Math.round(width * w),
    height: Math.round(height * h),
  });
}

async function greys(image: Buffer, area: Area): Promise<Buffer> {
  return (await cut(image, area)).greyscale().raw().toBuffer();
}

/** The one of `colours` (red, green, blue; 0 to 255) that a part of an image is nearest to. */
export async function nearestColour<N extends string>(
  image: Buffer,
  area: Area,
  colours: Readonly<Record<N, readonly [number, number, number]>>,
): Promise<N> {
  const part = await (await cut(image, area)).removeAlpha().raw().toBuffer();
  const means = [0, 1, 2].map(
    (channel) =>
      part.reduce((sum, value, at) => (at % 3 === channel ? sum + value : sum), 0) /
      (part.length / 3),
  );
  const distance = (name: N): number =>
    Math.hypot(...colours[name].map((value, channel) => value - (means[channel] ?? 0)));
  return (Object.keys(colours) as N[]).reduce((best, name) =>
    distance(name) < distance(best) ? name : best,
  );
}

/** Share of nearly white pixels: what white letters leave. */
export async function whiteShare(image: Buffer, area: Area): Promise<number> {
  const pixels = await greys(image, area);
  return pixels.filter((value) => value > 235).length / pixels.length;
}

/** Mean difference of two images, 0 to 255. */
export async function difference(one: Buffer, other: Buffer, area: Area): Promise<number> {
  const [a, b] = await Promise.all([greys(one, area), greys(other, area)]);
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}

/** The largest spread of any colour: 0 for an image of a single one. */
export async function spread(image: Buffer): Promise<number> {
  return Math.max(...(await sharp(image).stats()).channels.map(({ stdev }) => stdev));
}

/** Programs that work on the video of an action now. */
export async function programsOf(actionId: string): Promise<string[]> {
  const text = videoTempName(`${actionId}.`);
  return (await listProcesses())
    .filter(({ pid, command }) => pid !== process.pid && command.includes(text))
    .map(({ command }) => command.slice(0, 200));
}
