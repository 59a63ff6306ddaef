import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { PROJECT_ROOT } from '../../config.js';
import { MODAL_FUNCTION } from '../../contracts/modal.js';
import { VENDORED_LIBRARIES } from '../../domain/vendored-libraries.js';
import { pinnedVersion } from './pinned-version.js';
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
  ...VENDORED_LIBRARIES.map(({ name }) => name),
];
const isSource = import.meta.url.endsWith('.ts');

/** The runner's entry as it lies here: TypeScript in development, compiled in the image. */
export const RUNNER_ENTRY = fileURLToPath(
  new URL(`../../runner/main.${isSource ? 'ts' : 'js'}`, import.meta.url),
);

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

let made: Promise<RunnerBundle> | null = null;

/**
 * The runner as one file, built once per process: the same bytes run beside the worker and on
 * Modal.
 */
export function runnerBundle(): Promise<RunnerBundle> {
  made ??= makeBundle();
  return made;
}

/** The one name of the runner's version: sent with every call, compared by whoever serves it. */
export async function runnerVersion(): Promise<string> {
  return (await runnerBundle()).manifest.version;
}

async function makeBundle(): Promise<RunnerBundle> {
  const {
    outputFiles: [file],
  } = await build({
    entryPoints: [path.relative(PROJECT_ROOT, RUNNER_ENTRY)],
    absWorkingDir: PROJECT_ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    logLevel: 'error',
    legalComments: 'none',
    // esbuild notes in comments where each part came from, and that may differ from machine to
    // machine.
    minifyWhitespace: true,
  });
  if (file === undefined) throw new Error('esbuild made no runner');
  const claudeCode = await pinnedVersion(CLAUDE_PACKAGE);
  const packages = await Promise.all(
    LOADED_PACKAGES.map(async (name) => `${name}@${await pinnedVersion(name)}`),
  );
  const video = await videoSiteVersion();
  const digest = createHash('sha256')
    .update(file.contents)
    .update(`\0${[claudeCode, ...packages, video].join('\0')}`)
    .digest('hex');
  return {
    code: file.contents,
    manifest: {
      version: digest.slice(0, 16),
      commands: Object.keys(MODAL_FUNCTION),
      claudeCode,
      packages,
      video,
    },
  };
}
