import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KIT_DIR, PROJECT_ROOT } from '../../config.js';
import { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import { pageProgramsDefine } from '../../game-page/programs.js';
import {
  PACKAGED_LIBRARIES,
  VENDORED_LIBRARIES,
  vendoredSource,
} from '../../domain/game/vendored-libraries.js';
import { BUILD_DIR, RUNNER_FILES } from '../../process/programs.js';
import { pinnedVersion } from './pinned-version.js';
import { readSkillFiles } from './skill-files.js';
import { videoSiteVersion } from './video-site.js';

const CLAUDE_PACKAGE = '@anthropic-ai/claude-code';
/**
 * What the one-file runner loads when it needs it (src/runner/packages.ts): the image installs the
 * same versions.
 */
const LOADED_PACKAGES = [
  'sharp',
  '@google/genai',
  'onnxruntime-web',
  'playwright-core',
  '@remotion/renderer',
  'remotion',
  'react',
  'react-dom',
  // Games that it shows load these.
  ...PACKAGED_LIBRARIES.map((library) => library.package),
];
/** The source that the runner starts with. */
export const RUNNER_ENTRY = path.join(PROJECT_ROOT, 'src/runner/main.ts');

/** What is deployed beside a function, and what its containers know of it. */
export interface RunnerManifest {
  /** The same for every build of the same code and the same model program, on whatever machine. */
  readonly version: string;
  /** Commands that this runner understands: functions for other ones are not deployed. */
  readonly commands: readonly string[];
  readonly claudeCode: string;
  /** `name@version`, as npm installs them. */
  readonly packages: readonly string[];
  /** Version of the composition, deployed as `video-<version>`. */
  readonly video: string;
}

export interface RunnerBundle {
  /** The whole runner as one ES module without any path of this machine. */
  readonly code: Uint8Array;
  readonly manifest: RunnerManifest;
}

let found: Promise<RunnerBundle> | null = null;

/**
 * The runner as one file: the same bytes run beside the worker and on Modal. Read from the build;
 * made once per process where it runs from sources.
 */
export function runnerBundle(): Promise<RunnerBundle> {
  found ??= BUILD_DIR === null ? makeRunnerBundle() : readRunnerBundle(BUILD_DIR);
  return found;
}

/** The one name of the runner's version: sent with every call, compared by the function that serves
 * it. */
export async function runnerVersion(): Promise<string> {
  return (await runnerBundle()).manifest.version;
}

async function readRunnerBundle(buildDir: string): Promise<RunnerBundle> {
  const [code, manifest] = await Promise.all([
    readFile(path.join(buildDir, RUNNER_FILES.code)),
    readFile(path.join(buildDir, RUNNER_FILES.manifest), 'utf8'),
  ]);
  return { code, manifest: JSON.parse(manifest) as RunnerManifest };
}

/** Every version of the kit, for games that the runner plays or shows: by path below `KIT_DIR`. */
async function readKitFiles(): Promise<Record<string, string>> {
  const paths = VENDORED_LIBRARIES.filter(({ source }) => source === 'own').flatMap((library) =>
    Object.keys(library.files).map((file) => vendoredSource({ library, file })),
  );
  const texts = paths.map(
    async (at) => [at, await readFile(path.join(KIT_DIR, at), 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

/** Bundles the runner from its sources, with a source map for who keeps it beside the code. */
export async function makeRunnerBundle(): Promise<RunnerBundle & { sourceMap: Uint8Array }> {
  // Only builds need it: a process that runs from one starts without it.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [path.relative(PROJECT_ROOT, RUNNER_ENTRY)],
    absWorkingDir: PROJECT_ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    outfile: `dist/builds/id/${RUNNER_FILES.code}`,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
    define: {
      SKILL_FILES: JSON.stringify(await readSkillFiles()),
      KIT_FILES: JSON.stringify(await readKitFiles()),
      ...pageProgramsDefine(),
    },
    legalComments: 'none',
    // esbuild notes in comments where each part came from, and that may differ from machine to
    // machine.
    minifyWhitespace: true,
  });
  const [sourceMap, file] = outputFiles.map(({ contents }) => contents);
  if (!sourceMap || !file) throw new Error('esbuild made no runner');
  const claudeCode = await pinnedVersion(CLAUDE_PACKAGE);
  const packages = await Promise.all(
    LOADED_PACKAGES.map(async (name) => `${name}@${await pinnedVersion(name)}`),
  );
  const video = await videoSiteVersion();
  const digest = createHash('sha256')
    .update(file)
    .update(`\0${[claudeCode, ...packages, video].join('\0')}`)
    .digest('hex');
  return {
    code: file,
    sourceMap,
    manifest: {
      version: digest.slice(0, 16),
      commands: Object.keys(MODAL_FUNCTION),
      claudeCode,
      packages,
      video,
    },
  };
}
