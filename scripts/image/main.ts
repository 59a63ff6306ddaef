import path from 'node:path';
import { ensureCutoutModel } from '../../dev/tools/cutout-model.js';
import { assembleImage } from './assemble.js';
import { IMAGE_TARGETS, type ImageName } from './targets.js';

/**
 * `main.ts <api|worker> <folder>`: what an image consists of, from the newest build; the Dockerfile
 * calls it, and so does the replay of its steps.
 */
const [name, folder] = process.argv.slice(2);
const mib = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

function isImageName(text: string | undefined): text is ImageName {
  return text !== undefined && Object.hasOwn(IMAGE_TARGETS, text);
}

try {
  if (!isImageName(name) || !folder) throw new Error('usage: main.ts <api|worker> <folder>');
  if (name === 'worker') await ensureCutoutModel((line) => process.stdout.write(`${line}\n`));
  const made = await assembleImage(name, path.resolve(folder));
  process.stdout.write(
    `${name}: ${made.packages.length} packages, ${mib(made.packageBytes)}; ` +
      `${mib(made.droppedBytes)} of them left out\n`,
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
