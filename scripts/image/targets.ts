/** What an image consists of. */
export interface ImageTarget {
  /** Programs of the build, by their file. */
  readonly programs: readonly string[];
  /** Further files and folders of the build. */
  readonly buildFiles: readonly string[];
  /** Files and folders of the sources that are read at run time. */
  readonly folders: readonly string[];
  /** Packages that a program names and that the image does without, and why. */
  readonly without: Readonly<Record<string, string>>;
  /** Packages that the image must not hold, whatever needs them. */
  readonly never: RegExp;
}

const COMMANDS = ['dreamcore.js', 'migrate.js'];
const COMMON = ['package.json', 'LICENSE', 'bin', 'supabase/migrations', 'kit/released'];

export const IMAGE_TARGETS = {
  api: {
    programs: ['api.js', ...COMMANDS],
    buildFiles: ['runner.json', 'build.json', 'worker-build.json', 'client', 'sketches'],
    folders: COMMON,
    without: {
      '@anthropic-ai/claude-code': 'dreamcore doctor looks for it; only workers run it',
      tsx: 'runs sources; the image has none',
    },
    never: new RegExp(
      'node_modules/(@anthropic-ai|@remotion|@rspack|@swc|@esbuild|playwright|webpack|esbuild|' +
        'tsx|onnxruntime|@temporalio/(worker|core-bridge))',
    ),
  },
  worker: {
    programs: ['worker.js', 'video-site.js', 'runner.mjs', 'replay-history.js', ...COMMANDS],
    buildFiles: ['runner.json', 'build.json', 'worker-build.json', 'workflows.js'],
    folders: [...COMMON, 'video', '.tools/u2netp.onnx'],
    without: {
      esbuild: 'makes a build; the image has one',
      tsx: 'runs sources; the image has none',
    },
    never: /node_modules\/(vitest|typescript|prettier|oxlint)$/,
  },
} as const satisfies Readonly<Record<string, ImageTarget>>;

export type ImageName = keyof typeof IMAGE_TARGETS;

/**
 * Parts of packages that never run here: binaries for other platforms, and what a package ships
 * besides the code that is loaded. `only` keeps what matches, `drop` removes it; both look at the
 * path inside the package.
 */
export interface PackageRule {
  readonly package: string;
  readonly below: string;
  readonly only?: RegExp;
  readonly drop?: RegExp;
}

/** The same for every package: what only people and compilers read. */
export const DROPPED_FILES = /\.(map|d\.ts|d\.mts|d\.cts|md|markdown|tsbuildinfo)$/i;

export function packageRules(arch: string): PackageRule[] {
  const rust = arch === 'arm64' ? 'aarch64' : 'x86_64';
  return [
    {
      package: '@temporalio/core-bridge',
      below: 'releases/',
      only: new RegExp(`^releases/${rust}-unknown-linux-gnu/`),
    },
    { package: '@temporalio/core-bridge', below: 'sdk-core/', drop: /./ },
    // Its install script puts a second copy of the platform's program there (src/runner/claude).
    { package: '@anthropic-ai/claude-code', below: 'bin/', drop: /./ },
    {
      package: 'onnxruntime-web',
      below: 'dist/',
      only: /^dist\/(ort\.wasm(\.bundle)?\.min\.m?js|ort-wasm-simd-threaded\.(wasm|mjs))$/,
    },
    { package: 'onnxruntime-web', below: 'lib/', drop: /./ },
    // Games load the bundles of build/ only; src/ and examples/ are other forms of the same.
    { package: 'three', below: '', drop: /^(examples|src)\// },
  ];
}
