import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config.js';
import { temporalPlace } from '../temporal/connection.js';
import { readSettings } from './settings.js';
import { readStackFile, type StackFile } from './stack-file.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** What a command works with beside the server. */
export interface Surroundings {
  readonly config: Readonly<Config>;
  /** What the embedded parts of a stack that ran last provide; null where none ran. */
  readonly stack: StackFile | null;
  /** Where a person looks at the server; null when that is not known. */
  readonly temporalUi: string | null;
}

/**
 * Asks the Temporal server of the running stack, or the one that is configured. Throws a sentence
 * when it cannot be reached.
 */
export async function withServer<T>(
  envFile: string | undefined,
  work: (client: Client, surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  const { env, config } = readSettings(envFile);
  const stack = await readStackFile(config.DATA_DIR);
  const embedded = stack?.provided['TEMPORAL_ADDRESS'];
  const { connection: options, namespace } = temporalPlace({
    ...config,
    TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS ?? embedded,
  });
  const isEmbedded = env.TEMPORAL_ADDRESS === undefined && embedded !== undefined;
  const temporalUi =
    config.TEMPORAL_UI_URL ?? (isEmbedded ? `http://127.0.0.1:${stack?.ports.temporalUi}` : null);
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...options, connectTimeout: CONNECT_TIMEOUT_MS });
  } catch {
    throw new ServerAway(
      `Temporal cannot be reached at ${options.address}: is the stack running, is ` +
        'TEMPORAL_ADDRESS right?',
    );
  }
  try {
    return await work(new Client({ connection, namespace }), { config, stack, temporalUi });
  } finally {
    await connection.close();
  }
}

/** Temporal does not answer. */
export class ServerAway extends Error {
  override readonly name = 'ServerAway';
}
