import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { namedPackages, packageClosure, type Lock } from './closure.js';
import { DROPPED_FILES, IMAGE_TARGETS, packageRules, type ImageName } from './targets.js';

/** Bytes by the package that they belong to. */
export interface AssembledImage {
  readonly packages: readonly string[];
  readonly packageBytes: number;
  /** What the rules of `targets.ts` left out of the packages that are there. */
  readonly droppedBytes: number;
}

const BUILD = path.join('dist', 'current');

/**
 * Copies what an image of this target consists of from this checkout, with its newest build and its
 * packages, into an empty folder. Throws when something of it is missing.
 */
export async function assembleImage(name: ImageName, folder: string): Promise<AssembledImage> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
  const target = IMAGE_TARGETS[name];
  const build = await realpath(path.join(PROJECT_ROOT, BUILD));
  for (const file of [...target.programs, ...target.buildFiles])
    await cp(path.join(build, file), path.join(folder, BUILD, file), { recursive: true });
  for (const file of target.folders)
    await cp(path.join(PROJECT_ROOT, file), path.join(folder, file), {
      recursive: true,
      filter: (source) => !/\.test\.tsx?$/.test(source),
    });
  const packages = await imagePackages(name);
  const rules = packageRules(process.arch);
  let packageBytes = 0;
  let droppedBytes = 0;
  for (const place of packages) {
    const drop = droppedBy(rules, place.slice(place.lastIndexOf('node_modules/') + 13));
    for (const { file, bytes } of await filesOf(place)) {
      if (drop(file)) droppedBytes += bytes;
      else {
        packageBytes += bytes;
        await cp(path.join(PROJECT_ROOT, place, file), path.join(folder, place, file), {
          verbatimSymlinks: true,
        });
      }
    }
  }
  return { packages, packageBytes, droppedBytes };
}

/** Folders of the packages that its programs need. Throws for one that it must not hold. */
async function imagePackages(name: ImageName): Promise<string[]> {
  const { programs, without, never } = IMAGE_TARGETS[name];
  const build = path.join(PROJECT_ROOT, BUILD);
  const texts = await Promise.all(
    programs.map((program) => readFile(path.join(build, program), 'utf8')),
  );
  const { dependencies } = await readJson<{ dependencies: object }>('package.json');
  const named = namedPackages(texts.join('\n'), Object.keys(dependencies));
  const roots = named.filter((dependency) => !(dependency in without));
  const lock = await readJson<Lock>('package-lock.json');
  const packages = packageClosure(lock, roots, PROJECT_ROOT);
  const unwanted = packages.filter((folder) => never.test(folder));
  if (unwanted.length > 0) throw new Error(`${name} must not hold ${unwanted.join(', ')}`);
  return packages;
}

function droppedBy(
  rules: ReturnType<typeof packageRules>,
  name: string,
): (file: string) => boolean {
  const own = rules.filter((rule) => rule.package === name);
  return (file) =>
    DROPPED_FILES.test(file) ||
    own.some(
      ({ below, only, drop }) =>
        file.startsWith(below) && (only?.test(file) === false || drop?.test(file) === true),
    );
}

/** Files of a package without those of the packages below it. */
async function filesOf(place: string): Promise<{ file: string; bytes: number }[]> {
  const root = path.join(PROJECT_ROOT, place);
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).includes('node_modules'));
  return Promise.all(
    files
      .filter((file) => existsSync(path.join(root, file)))
      .map(async (file) => ({ file, bytes: (await stat(path.join(root, file))).size })),
  );
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(path.join(PROJECT_ROOT, file), 'utf8')) as T;
}
