#!/usr/bin/env node
/**
 * `node bin/run.js <program> [arguments]`: runs a program of the newest build. Where the sources
 * are, the build is made first when they are newer.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../', import.meta.url);
const at = (path) => new URL(path, root);

/** The folder of the newest build as an address. */
async function newestBuild() {
  const current = at('dist/current/');
  if (!existsSync(at('dev/build/main.ts'))) return current;
  if (!existsSync(at('node_modules/tsx')))
    throw new Error('The packages of DreamCore are not installed. Run: npm ci');
  if (!existsSync(new URL('ensure-build.js', current))) firstBuild();
  const { ensureBuild } = await import(new URL('ensure-build.js', current).href);
  return pathToFileURL(`${await ensureBuild(() => say('building (sources are newer) …'))}/`);
}

function firstBuild() {
  say('building for the first time …');
  const { status } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), fileURLToPath(at('dev/build/main.ts'))],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) process.exit(1);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

process.setSourceMapsEnabled(true);
const [program] = process.argv.splice(2, 1);
let build;
try {
  build = await newestBuild();
} catch (error) {
  say(error.message);
  process.exit(1);
}
await import(new URL(`${program}.js`, build).href);
