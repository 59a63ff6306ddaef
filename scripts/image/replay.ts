import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findFreePort } from '../../dev/stack/ports.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { isIgnored, parseDockerfile, stageInstructions, type Instruction } from './dockerfile.js';
import { makeGame, type PlacedImage } from './job.js';
import { imageUser, say, start, stop, until } from './programs.js';
import type { ImageName } from './targets.js';

/**
 * `npm run image:replay`: the steps of images/Dockerfile without docker. Runs the commands of the
 * build stage in an empty folder, puts both images together, and starts their programs as another
 * user (where we are root) on folders that it may not write to: the API has to answer where no
 * service does, the doctor to find what a run needs, and both together to make somebody a game.
 * What it leaves out: system packages (those of this machine serve) and the base image.
 */

const root = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-image-'));
const stages = parseDockerfile(
  await readFile(path.join(PROJECT_ROOT, 'images', 'Dockerfile'), 'utf8'),
);
/** Where a path of the container lies here; each stage is a folder. */
const placed = (stage: string, file: string): string => path.join(root, stage, file);

async function replayStage(name: string): Promise<string> {
  let folder = '/';
  for (const instruction of stageInstructions(stages, name)) {
    if (instruction.name === 'WORKDIR') {
      folder = instruction.text;
      await mkdir(placed(name, folder), { recursive: true });
    } else if (instruction.name === 'COPY') await copy(instruction, name, folder);
    else if (instruction.name === 'RUN') run(instruction, name, folder);
  }
  return placed(name, folder);
}

async function copy({ text }: Instruction, name: string, folder: string): Promise<void> {
  const [, from, paths = ''] = /^(?:--from=(\w+) )?(.*)$/.exec(text) ?? [];
  const words = paths.split(/\s+/);
  const target = path.resolve(placed(name, folder), words.at(-1) ?? '');
  for (const source of words.slice(0, -1)) {
    if (from) await cp(placed(from, source), target, { recursive: true, verbatimSymlinks: true });
    else for (const file of await contextFiles(source)) await copyFile(file, target);
  }
}

/** Of the build's context: tracked files that `.dockerignore` lets through. */
async function contextFiles(source: string): Promise<string[]> {
  const ignore = await readFile(path.join(PROJECT_ROOT, '.dockerignore'), 'utf8');
  const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', source];
  return execFileSync('git', git, { cwd: PROJECT_ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && !isIgnored(file, ignore));
}

function copyFile(file: string, target: string): Promise<void> {
  return cp(path.join(PROJECT_ROOT, file), path.join(target, file));
}

function run({ text }: Instruction, name: string, folder: string): void {
  if (text.startsWith('apt-get ')) return say(`  left out: ${text.slice(0, 60)} …`);
  const command = text.replaceAll(/(?<=\s)\/(?=image\/)/g, `${placed(name, '/')}`);
  say(`  ${text}`);
  execFileSync('sh', ['-euc', command], {
    cwd: placed(name, folder),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function commandOf(name: ImageName): string[] {
  const text = stageInstructions(stages, name).findLast((step) => step.name === 'CMD')?.text;
  return (JSON.parse(text ?? '[]') as string[]).slice(1);
}

async function dataFolder(name: string): Promise<string> {
  const folder = path.join(root, `data-${name}`);
  await mkdir(folder);
  if (imageUser !== null) await chown(folder, imageUser.uid, imageUser.gid);
  return folder;
}

/** Services that are not there: both programs start without asking them. */
const AWAY = {
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'a secret of the replay with 32 characters',
  ANTHROPIC_API_KEY: 'none',
};

async function tryApi(folder: string): Promise<void> {
  const port = await findFreePort();
  const env = { ...AWAY, DATA_DIR: await dataFolder('api'), PORT: String(port) };
  const api = start(folder, commandOf('api'), { ...env, TEMPORAL_ADDRESS: '127.0.0.1:9' });
  await until('the API answers', api, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null);
    return answer?.ok === true;
  });
  const page = await fetch(`http://127.0.0.1:${port}/`);
  if (!page.ok) throw new Error(`the page is answered ${page.status}`);
  await stop(api);
}

async function tryWorker(folder: string): Promise<void> {
  const env = { ...AWAY, DATA_DIR: await dataFolder('worker') };
  await bundleVideoSite(folder, path.join(env.DATA_DIR, 'site'), env);
  const doctor = start(folder, ['bin/dreamcore.js', 'doctor'], env);
  await once(doctor.child, 'close');
  say(doctor.output());
  if (!/ok\s+.*(Claude|model)/i.test(doctor.output()))
    throw new Error('the doctor finds no model program');
}

/** The worker bundles the composition of videos itself, with the bundlers of its image. */
async function bundleVideoSite(
  folder: string,
  site: string,
  env: Record<string, string>,
): Promise<void> {
  const program = ['dist/current/video-site.js', path.join(folder, 'video'), site];
  const bundler = start(folder, program, env);
  const [code] = (await once(bundler.child, 'close')) as [number | null];
  if (code !== 0 || !existsSync(path.join(site, 'index.html')))
    throw new Error(`the composition of videos cannot be bundled:\n${bundler.output()}`);
  say('  the composition of videos is bundled: ok');
}

async function placeImage(name: ImageName): Promise<PlacedImage> {
  say(name);
  const folder = await replayStage(name);
  execFileSync('chmod', ['-R', 'a+rX,a-w', folder]);
  say(`  ${execFileSync('du', ['-sm', folder], { encoding: 'utf8' }).split('\t')[0]} MB`);
  return { folder, command: commandOf(name) };
}

try {
  say('build');
  await replayStage('build');
  execFileSync('chmod', ['755', root]);
  const api = await placeImage('api');
  await tryApi(api.folder);
  const worker = await placeImage('worker');
  await tryWorker(worker.folder);
  say('both');
  await makeGame({ api, worker }, await dataFolder('both'));
} finally {
  execFileSync('chmod', ['-R', 'u+w', root]);
  await rm(root, { recursive: true, force: true });
}
