import { rename } from 'node:fs/promises';
import path from 'node:path';
import { inDraft, TOOLS_DIR } from '../../dev/tools/draft.js';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';
import { isExecutable } from '../../src/process/chromium.js';

/** What `temporal-docker/compose.yaml` runs, and the Go that its module asks for. */
export const SERVER_VERSION = '1.32.2';
const TOOLCHAIN = 'go1.27.3';
const MODULE = 'go.temporal.io/server';
const FOLDER = path.join(TOOLS_DIR, `temporal-server-${SERVER_VERSION}`);
/** Twenty minutes on two idle cores. */
const BUILD_LIMIT_MS = 3 * 60 * 60_000;

/** A Temporal server and the tool that makes its schemas, as programs of this machine. */
export interface TemporalPrograms {
  readonly server: string;
  readonly sqlTool: string;
}

const PROGRAMS: TemporalPrograms = {
  server: path.join(FOLDER, 'server'),
  sqlTool: path.join(FOLDER, 'sql'),
};

/**
 * The programs in `.tools/`, built from the Go registry where they are not there yet. Throws with
 * what to do when that cannot be.
 */
export async function ensureTemporalPrograms(
  say: (line: string) => void = () => undefined,
): Promise<TemporalPrograms> {
  if (Object.values(PROGRAMS).every(isExecutable)) return PROGRAMS;
  const go = findOnPath('go') ?? findOnPath('go', '/usr/local/go/bin:/usr/lib/go/bin');
  if (go === null)
    throw new Error(
      `Temporal ${SERVER_VERSION} is built with Go 1.21 or newer, which fetches ${TOOLCHAIN}.`,
    );
  say(`Building Temporal ${SERVER_VERSION} with ${TOOLCHAIN}: twenty minutes on two cores …`);
  await inDraft(async (draft) => {
    // The tool first: it is small and fails early when the registry cannot be reached.
    for (const command of ['cmd/tools/sql', 'cmd/server']) await install(go, command, draft);
    // Another process may have been faster; its copy is the same.
    await rename(draft, FOLDER).catch((error: unknown) => {
      if (!Object.values(PROGRAMS).every(isExecutable)) throw error;
    });
  });
  return PROGRAMS;
}

async function install(go: string, command: string, folder: string): Promise<void> {
  const outcome = await run(go, ['install', `${MODULE}/${command}@v${SERVER_VERSION}`], {
    timeoutMs: BUILD_LIMIT_MS,
    env: { ...process.env, GOBIN: folder, GOTOOLCHAIN: TOOLCHAIN, CGO_ENABLED: '0' },
  });
  if (!outcome.ok) throw new Error(`${command} could not be built: ${tail(outcome.stderr)}`);
}
