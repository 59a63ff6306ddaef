import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { findChromium } from './chromium.js';
import { ConfigError, type Config } from './config.js';
import { SEARCH_ATTRIBUTES } from './contracts/search-attributes.js';
import { keepFile } from './durable-files.js';

/**
 * What a server must have, looked at in one place by worker, API and `dreamcore doctor`: each
 * problem is one line, with what to do about it.
 */
export interface StartProblem {
  readonly what: string;
  readonly detail: string;
  readonly remedy: string;
  /** Nothing works without it; else it is one feature. */
  readonly isFatal: boolean;
}

const CHECK_TIMEOUT_MS = 5_000;
/** Fair queues and worker deployments came with it. */
const OLDEST_SERVER = [1, 29] as const;
/** Tokens and signatures are refused when clocks differ by more. */
const MAX_SKEW_MS = 30_000;
const MARKER = '.dreamcore.json';
const [INVALID_ARGUMENT, NOT_FOUND] = [3, 5];

export function describeProblem({ what, detail, remedy }: StartProblem): string {
  return `${what}: ${detail}. ${remedy}.`;
}

/**
 * Is the Temporal server prepared for us: version, namespace, search attributes? Throws when it
 * does not answer. Its dynamic configuration cannot be asked for.
 */
export async function checkTemporal(
  connection: Connection,
  namespace: string,
): Promise<StartProblem[]> {
  return connection.withDeadline(Date.now() + CHECK_TIMEOUT_MS, async () => {
    const { workflowService } = connection;
    const { serverVersion } = await workflowService.getSystemInfo({});
    const problems = tooOld(serverVersion ?? '') ? [oldServer(serverVersion ?? '')] : [];
    try {
      await workflowService.describeNamespace({ namespace });
    } catch (error) {
      if (!hasCode(error, NOT_FOUND)) throw error;
      return [...problems, missingNamespace(namespace)];
    }
    const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
    const known = await Promise.all(names.map((name) => isKnown(connection, namespace, name)));
    const missing = names.filter((_, at) => !known[at]);
    return missing.length === 0 ? problems : [...problems, missingAttributes(namespace, missing)];
  });
}

/** Asked as a filter, which needs no operator's rights: a name that is not known is refused. */
async function isKnown(
  { workflowService }: Connection,
  namespace: string,
  name: string,
): Promise<boolean> {
  try {
    await workflowService.countWorkflowExecutions({ namespace, query: `${name} = 'nothing'` });
    return true;
  } catch (error) {
    if (hasCode(error, INVALID_ARGUMENT)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) && Number(error.code) === code;
}

/** A version that is no number is taken for a new one. */
function tooOld(version: string): boolean {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  return major < OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor < OLDEST_SERVER[1]);
}

const oldServer = (version: string): StartProblem => ({
  what: 'Temporal server',
  detail: `version ${version} is older than ${OLDEST_SERVER.join('.')}`,
  remedy: 'Use a newer server',
  isFatal: true,
});
const missingNamespace = (namespace: string): StartProblem => ({
  what: 'Temporal namespace',
  detail: `there is no namespace ${namespace}`,
  remedy: `temporal operator namespace create --namespace ${namespace}, or set TEMPORAL_NAMESPACE`,
  isFatal: true,
});
const missingAttributes = (namespace: string, names: readonly string[]): StartProblem => ({
  what: 'Temporal search attributes',
  detail: `${namespace} does not know ${names.join(', ')}, so every message would be refused`,
  remedy:
    `temporal operator search-attribute create --namespace ${namespace} --type Keyword ` +
    names.map((name) => `--name ${name}`).join(' '),
  isFatal: true,
});

/** Does our clock agree with that of the database's server? Null also when it does not answer. */
export async function checkClock(supabaseUrl: string): Promise<StartProblem | null> {
  const answer = await fetch(`${supabaseUrl}/auth/v1/health`, {
    signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
  }).catch(() => null);
  const theirs = Date.parse(answer?.headers.get('date') ?? '');
  const skewMs = Date.now() - theirs;
  if (Number.isNaN(skewMs) || Math.abs(skewMs) <= MAX_SKEW_MS) return null;
  return {
    what: 'clock',
    detail: `differs from the database's by ${Math.round(skewMs / 1000)} s`,
    remedy: 'Set this machine by a time server',
    isFatal: false,
  };
}

/**
 * Does the data folder belong to this database? The first start marks it; a folder of another
 * database would be taken for garbage, project by project.
 */
export async function checkMarker(
  config: Pick<Config, 'DATA_DIR' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>,
  { isMarked = false }: { isMarked?: boolean } = {},
): Promise<StartProblem | null> {
  const file = path.join(config.DATA_DIR, MARKER);
  const database = config.EMBEDDED_SUPABASE_URL === undefined ? config.SUPABASE_URL : 'embedded';
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) {
    if (isMarked) await keepFile(file, `${JSON.stringify({ database })}\n`);
    return null;
  }
  const owner = ownerOf(text);
  if (owner === database) return null;
  return {
    what: 'DATA_DIR',
    detail: `${config.DATA_DIR} belongs to the database ${owner}, not to ${database}`,
    remedy: `Set another DATA_DIR, or remove ${file} if the database has moved`,
    isFatal: true,
  };
}

function ownerOf(text: string): string {
  try {
    return String((JSON.parse(text) as { database?: unknown }).database);
  } catch {
    return 'unknown';
  }
}

/**
 * The checks of a worker at its start. Throws what nothing works without, one line each; what is
 * one feature's is answered as lines for the log.
 */
export async function checkWorkerStart(
  config: Pick<Config, 'DATA_DIR' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>,
  connection: Connection,
  namespace: string,
): Promise<string[]> {
  const [temporal, marker, clock] = await Promise.all([
    checkTemporal(connection, namespace),
    checkMarker(config, { isMarked: true }),
    checkClock(config.SUPABASE_URL),
  ]);
  const problems = [...temporal, marker, clock, checkChromium()].filter((each) => each !== null);
  refuseFatal(problems);
  return problems.map(describeProblem);
}

/** Throws what nothing works without, one line each. */
export function refuseFatal(problems: readonly StartProblem[]): void {
  const fatal = problems.filter(({ isFatal }) => isFatal).map(describeProblem);
  if (fatal.length > 0) throw new ConfigError(fatal.join('\n'));
}

/** Thumbnails and videos are drawn by Chromium. */
function checkChromium(): StartProblem | null {
  if (findChromium() !== null) return null;
  return {
    what: 'Chromium',
    detail: 'not found, so thumbnails and videos are off',
    remedy: 'npm run tools, or install chromium and fonts-noto-cjk',
    isFatal: false,
  };
}
