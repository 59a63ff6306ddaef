import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleRunner } from '../../../src/activities/local/runner-program.js';
import { videoSite } from '../../../src/activities/runner-input/video-site.js';
import { SCREEN } from '../../../src/contracts/media/video.js';
import { renderBoxed } from '../../../src/runner/video/boxed-render.js';
import { renderBox } from '../../../src/runner/video/render-box.js';
import {
  escapingScript,
  startNetworkListener,
  type NetworkListener,
} from '../../support/network-listener.js';
import { patient } from '../../support/patience.js';
import { openVideo } from '../../support/video.js';

const FRAMES = 4;
const STORY = {
  title: 'x',
  tagline: 'x',
  scenes: ['a', 'b', 'c'] as [string, string, string],
  colours: { background: '#102030', accent: '#ff8800' },
};
const GENEROUS_MS = patient(180_000);

let dataDir = '';
let runner = '';
let seenFrom = '';
let pure = '';
let outside: NetworkListener;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-render-'));
  outside = await startNetworkListener();
  [runner = '', seenFrom = ''] = await bundleRunner(dataDir);
  pure = await videoSite(path.join(dataDir, 'runner'));
  await writeFile(path.join(dataDir, 'secret.txt'), 'secret');
}, GENEROUS_MS);
afterAll(async () => {
  await outside?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Folders of a call, as the runner makes them; the page of the site has a script of a stranger. */
async function newFolders(script = ''): Promise<{ site: string; made: string; temp: string }> {
  const scratch = await mkdtemp(path.join(dataDir, 'scratch-'));
  const folders = {
    site: path.join(scratch, 'site'),
    made: path.join(scratch, 'made'),
    temp: path.join(scratch, 'temp'),
  };
  await cp(pure, folders.site, { recursive: true });
  for (const folder of [folders.made, folders.temp]) await mkdir(folder);
  const page = path.join(folders.site, 'index.html');
  const html = await readFile(page, 'utf8');
  await writeFile(
    page,
    html.replace(/<body[^>]*>/, (tag) => `${tag}<script>${script}</script>`),
  );
  const gameplay = path.join(folders.site, 'public', 'gameplay');
  await mkdir(gameplay, { recursive: true });
  const image = sharp({ create: { ...SCREEN, channels: 3, background: '#ff0000' } });
  const bytes = await image.jpeg().toBuffer();
  for (let frame = 0; frame < FRAMES; frame += 1)
    await writeFile(path.join(gameplay, `${frame}.jpg`), bytes);
  return folders;
}

const render = (folders: Awaited<ReturnType<typeof newFolders>>, signal?: AbortSignal) =>
  renderBoxed(
    { ...folders, runner, seenFrom, props: { ...STORY, frames: FRAMES }, scale: 0.2 },
    signal ?? new AbortController().signal,
    () => undefined,
  );

describe('the renderer of videos', () => {
  it(
    'makes a whole video and reaches nobody: no address of this machine hears of it, whatever ' +
      'its page tries, by the browser or by the server beside it',
    async () => {
      const folders = await newFolders(escapingScript(outside));
      expect(outside.addresses).toContain('127.0.0.1');
      await render(folders);
      const video = await openVideo(await readFile(path.join(folders.made, 'movie.mp4')));
      expect(video).toMatchObject({ codec: 'h264', width: 216, height: 384 });
      expect(video.frames).toHaveLength(FRAMES);
      expect(outside.takeArrivals()).toEqual({ connections: 0, packets: 0 });
    },
    GENEROUS_MS,
  );

  it('sees no file of this machine but its own, no other process and no secret', async () => {
    const folders = await newFolders();
    vi.stubEnv('ANTHROPIC_API_KEY', 'a-key-for-tests');
    const box = await renderBox('bubblewrap', folders, { runner, seenFrom });
    vi.unstubAllEnvs();
    const inside = async (command: string): Promise<string> => {
      const args = [...box.args.slice(0, box.args.indexOf('--') + 1), '/bin/sh', '-c', command];
      return (await promisify(execFile)(box.command, args, { env: box.env })).stdout;
    };
    expect(await inside(`cat ${dataDir}/secret.txt /etc/passwd 2>/dev/null; env`)).not.toMatch(
      /secret|root:|a-key/,
    );
    expect((await inside(`ls -A ${dataDir}/*`)).split('\n').filter(Boolean)).toEqual(['temp']);
    expect((await inside('ls -d /proc/[0-9]* | wc -l')).trim()).toMatch(/^[1-5]$/);
    expect(await inside('cat /proc/net/dev')).not.toMatch(/eth|ens|wlan/);
    expect(await inside('touch /site/x /usr/x /opt/dreamcore/x 2>/dev/null; ls /site')).not.toMatch(
      /^x$/m,
    );
    expect(await inside('touch /made/x && ls /made')).toBe('x\n');
    expect(await readdir(folders.made)).toEqual(['x']);
  });

  it(
    'is gone with all that it started when it is told to stop',
    async () => {
      const folders = await newFolders('setInterval(() => { for (;;); });');
      const told = new AbortController();
      const rendering = render(folders, told.signal);
      rendering.catch(() => undefined);
      await expect.poll(() => readdir(folders.temp), { timeout: patient(60_000) }).not.toEqual([]);
      told.abort(new Error('told to stop'));
      await expect(rendering).rejects.toThrow('told to stop');
      expect(await stat(path.join(folders.made, 'movie.mp4')).catch(() => null)).toBeNull();
    },
    GENEROUS_MS,
  );

  it('is refused in production where there is no box for it', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    vi.stubEnv('PATH', '/nowhere');
    await expect(render(await newFolders())).rejects.toMatchObject({ kind: 'SandboxMissing' });
    vi.unstubAllEnvs();
  });
});
