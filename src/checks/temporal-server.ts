import type { Connection } from '@temporalio/client';
import { NAMED_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { hasGrpcCode } from '../temporal/grpc-codes.js';
import { missing, ok, type Finding } from './finding.js';

const CHECK_TIMEOUT_MS = 5_000;
/** A start waits for longer than a look does: where all starts at once, nothing is quick. */
export const START_TIMEOUT_MS = 60_000;
/** Fair queues and worker deployments came with it. */
const OLDEST_SERVER = [1, 29] as const;

/**
 * Is the Temporal server prepared for us: version, namespace, search attributes? One finding that
 * is ok, or what is wrong. Throws when the server does not answer in that time. Its dynamic
 * configuration cannot be asked for.
 */
export async function checkTemporal(
  connection: Connection,
  namespace: string,
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<Finding[]> {
  return connection.withDeadline(Date.now() + timeoutMs, async () => {
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
  const unknown = NAMED_ATTRIBUTES.filter((_, at) => !known[at]);
  return unknown.length === 0 ? [] : [missingAttributes(namespace, unknown)];
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

const prepared = (version: string, namespace: string) =>
  ok('Temporal server', `${version}, namespace ${namespace} with our search attributes`);
const oldServer = (version: string) =>
  missing(
    'Temporal server',
    `version ${version} is older than ${OLDEST_SERVER.join('.')}`,
    'use a newer server',
  );
const missingNamespace = (namespace: string) =>
  missing(
    'Temporal namespace',
    `there is no namespace ${namespace}`,
    'npx dreamcore prepare, or set TEMPORAL_NAMESPACE',
  );
const missingAttributes = (namespace: string, attributes: readonly NamedAttribute[]) =>
  missing(
    'Temporal search attributes',
    `${namespace} does not know ${attributes.map(({ name }) => name).join(', ')}, ` +
      'so every message would be refused',
    'npx dreamcore prepare, or ' +
      `temporal operator search-attribute create --namespace ${namespace} ` +
      attributes.map(({ name, type }) => `--name ${name} --type ${type}`).join(' '),
  );
