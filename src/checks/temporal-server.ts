import type { Connection } from '@temporalio/client';
import { NAMED_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { hasGrpcCode } from '../temporal/grpc-codes.js';
import type { Finding } from './finding.js';

const CHECK_TIMEOUT_MS = 5_000;
/** Fair queues and worker deployments came with it. */
const OLDEST_SERVER = [1, 29] as const;

/**
 * Is the Temporal server prepared for us: version, namespace, search attributes? One finding that
 * is ok, or what is wrong. Throws when the server does not answer. Its dynamic configuration cannot
 * be asked for.
 */
export async function checkTemporal(connection: Connection, namespace: string): Promise<Finding[]> {
  return connection.withDeadline(Date.now() + CHECK_TIMEOUT_MS, async () => {
    const serverVersion = (await connection.workflowService.getSystemInfo({})).serverVersion ?? '';
    const problems = [
      ...(isTooOld(serverVersion) ? [oldServer(serverVersion)] : []),
      ...(await namespaceProblems(connection, namespace)),
    ];
    return problems.length > 0 ? problems : [prepared(serverVersion, namespace)];
  });
}

async function namespaceProblems(connection: Connection, namespace: string): Promise<Finding[]> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!hasGrpcCode(error, 'notFound')) throw error;
    return [missingNamespace(namespace)];
  }
  const known = await Promise.all(
    NAMED_ATTRIBUTES.map((one) => isKnown(connection, namespace, one)),
  );
  const missing = NAMED_ATTRIBUTES.filter((_, at) => !known[at]);
  return missing.length === 0 ? [] : [missingAttributes(namespace, missing)];
}

type NamedAttribute = (typeof NAMED_ATTRIBUTES)[number];

/**
 * Asked as a filter, which needs no operator's rights: a name that is not known is refused, and so
 * is one of another type.
 */
async function isKnown(
  { workflowService }: Connection,
  namespace: string,
  { name, type }: NamedAttribute,
): Promise<boolean> {
  const query = `${name} = ${type === 'Keyword' ? "'nothing'" : '-1'}`;
  try {
    await workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (hasGrpcCode(error, 'invalidArgument')) return false;
    throw error;
  }
}

/** Decides by the number alone; a version that is none is taken for a new one. */
export function isTooOld(version: string): boolean {
  const [, major = NaN, minor = NaN] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return major < OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor < OLDEST_SERVER[1]);
}

const prepared = (version: string, namespace: string): Finding => ({
  what: 'Temporal server',
  verdict: 'ok',
  detail: `${version}, namespace ${namespace} with our search attributes`,
});
const oldServer = (version: string): Finding => ({
  what: 'Temporal server',
  verdict: 'missing',
  detail: `version ${version} is older than ${OLDEST_SERVER.join('.')}`,
  remedy: 'use a newer server',
});
const missingNamespace = (namespace: string): Finding => ({
  what: 'Temporal namespace',
  verdict: 'missing',
  detail: `there is no namespace ${namespace}`,
  remedy: 'npx dreamcore prepare, or set TEMPORAL_NAMESPACE',
});
const missingAttributes = (namespace: string, missing: readonly NamedAttribute[]): Finding => ({
  what: 'Temporal search attributes',
  verdict: 'missing',
  detail:
    `${namespace} does not know ${missing.map(({ name }) => name).join(', ')}, ` +
    'so every message would be refused',
  remedy:
    'npx dreamcore prepare, or ' +
    `temporal operator search-attribute create --namespace ${namespace} ` +
    missing.map(({ name, type }) => `--name ${name} --type ${type}`).join(' '),
});
