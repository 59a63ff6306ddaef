import { setTimeout as sleep } from 'node:timers/promises';
import { poll } from '../concurrency.js';
import type { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { checkTemporal } from '../checks/temporal-server.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { hasGrpcCode } from '../temporal/grpc-codes.js';
import { withServer } from './with-server.js';

/** A new namespace is unknown to the part that makes attributes for some ten seconds. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;
/** As the server numbers the types of attributes. */
const TYPES = { TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5, DATETIME: 6 } as const;

export interface PrepareOptions {
  /** How long closed workflows are kept, days, where the namespace is made. */
  readonly retention: number;
  readonly envFile?: string;
}

/**
 * `npx dreamcore prepare`: makes what a Temporal server lacks, the namespace and the search
 * attributes; may be repeated. Throws a sentence when the server does not let us.
 */
export async function prepareServer(options: PrepareOptions): Promise<string> {
  return withServer(options.envFile, async (client) => {
    const { namespace } = client.options;
    const said: string[] = [];
    if (await makeNamespace(client, options.retention))
      said.push(`Made the namespace ${namespace}; it keeps closed workflows ${days(options)}.`);
    const made = await makeAttributes(client);
    if (made.length > 0) said.push(`Made the search attributes ${made.join(', ')}.`);
    const problems = await untilPrepared(client);
    if (problems.length > 0) throw new Error(`The server is not prepared: ${problems.join('; ')}.`);
    if (said.length === 0) said.push('Nothing was missing.');
    return [...said, `The namespace ${namespace} is prepared.`].join('\n');
  });
}

const days = ({ retention }: PrepareOptions): string => `for ${retention} day(s)`;

/** True = it was made now. */
async function makeNamespace({ connection, options }: Client, retention: number): Promise<boolean> {
  const { workflowService } = connection;
  const { namespace } = options;
  try {
    await workflowService.describeNamespace({ namespace });
    return false;
  } catch (error) {
    if (!hasGrpcCode(error, 'notFound')) throw error;
  }
  try {
    await workflowService.registerNamespace({
      namespace,
      description: 'DreamCore',
      workflowExecutionRetentionPeriod: msToTs(`${retention} days`),
    });
  } catch (error) {
    if (!hasGrpcCode(error, 'alreadyExists')) throw error;
  }
  return true;
}

/** The names of those that were made now. */
async function makeAttributes(client: Client): Promise<string[]> {
  const made: string[] = [];
  for (const { name, type } of Object.values(SEARCH_ATTRIBUTES)) {
    const isNew = await untilKnown(async () => makeAttribute(client, name, TYPES[type]));
    if (isNew) made.push(name);
  }
  return made;
}

async function makeAttribute(
  { connection, options: { namespace } }: Client,
  name: string,
  type: number,
): Promise<boolean> {
  const { operatorService } = connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  if (customAttributes?.[name] !== undefined) return false;
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: type } });
    return true;
  } catch (error) {
    if (hasGrpcCode(error, 'alreadyExists')) return false;
    throw error;
  }
}

/** What is still wrong when patience ends, in words; empty = nothing. */
async function untilPrepared({ connection, options: { namespace } }: Client): Promise<string[]> {
  const read = async () => {
    const findings = await checkTemporal(connection as Connection, namespace);
    return findings.filter(({ verdict }) => verdict === 'missing').map(({ detail }) => detail);
  };
  return poll(read, (problems) => problems.length === 0, PATIENCE_MS, PAUSE_MS);
}

/** Tries again while the server does not know the namespace yet. */
async function untilKnown<T>(work: () => Promise<T>): Promise<T> {
  for (const untilMs = performance.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const isPassing = hasGrpcCode(error, 'notFound') || hasGrpcCode(error, 'unavailable');
      if (!isPassing || performance.now() >= untilMs) throw error;
    }
  }
}
