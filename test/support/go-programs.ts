import { rename } from 'node:fs/promises';
import path from 'node:path';
import { inDraft, TOOLS_DIR } from '../../dev/tools/draft.js';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';
import { isExecutable } from '../../src/process/chromium.js';

/** The newest Go that a module below asks for; an older `go` fetches it. */
const TOOLCHAIN = 'go1.27.3';
/** Twenty minutes on two idle cores is the longest. */
const BUILD_LIMIT_MS = 3 * 60 * 60_000;

export interface GoModule {
  /** For people, and as the name of its folder in `.tools/`. */
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Below the module, the small ones first: they fail early where the registry is away. */
  readonly commands: readonly string[];
}

/**
 * The programs of a module by the names of their commands, in `.tools/`; built from the Go registry
 * where they are not there yet. Throws with what to do when that cannot be.
 */
export async function ensureGoPrograms(
  { name, module, version, commands }: GoModule,
  say: (line: string) => void = () => undefined,
): Promise<string[]> {
  const folder = path.join(TOOLS_DIR, `${name}-${version}`);
  const programs = commands.map((command) => path.join(folder, path.basename(command)));
  const areThere = () => programs.every(isExecutable);
  if (areThere()) return programs;
  const go = findOnPath('go') ?? findOnPath('go', '/usr/local/go/bin:/usr/lib/go/bin');
  if (go === null)
    throw new Error(
      `${name} ${version} is built with Go 1.21 or newer, which fetches ${TOOLCHAIN}`,
    );
  say(`Building ${name} ${version} with ${TOOLCHAIN} …`);
  await inDraft(async (draft) => {
    for (const command of commands) await install(go, `${module}/${command}@v${version}`, draft);
    // Another process may have been faster; its copy is the same.
    await rename(draft, folder).catch((error: unknown) => {
      if (!areThere()) throw error;
    });
  });
  return programs;
}

async function install(go: string, command: string, folder: string): Promise<void> {
  const outcome = await run(go, ['install', command], {
    timeoutMs: BUILD_LIMIT_MS,
    env: { ...process.env, GOBIN: folder, GOTOOLCHAIN: TOOLCHAIN, CGO_ENABLED: '0' },
  });
  if (!outcome.ok) throw new Error(`${command} could not be built: ${tail(outcome.stderr)}`);
}
