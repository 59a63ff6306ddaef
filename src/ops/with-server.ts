import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config.js';
import { temporalPlace } from '../temporal/connection.js';
import { readSettings } from './settings.js';
import { readStackFile, type StackFile } from './stack-file.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** Context of a command beside the server. */
export interface Surroundings {
  readonly config: Readonly<Config>;
  /** The embedded parts of the stack that ran last; null where none ran. */
  readonly stack: StackFile | null;
  /** Address of the Temporal UI; null when it is not known. */
  readonly temporalUi: string | null;
}

/**
 * Runs `work` with the Temporal server of the running stack, or the one that is configured. When it
 * cannot be reached: the answer of `away`, else throws a sentence.
 */
export async function withServer<T>(
  envFile: string | undefined,
  work: (client: Client, surroundings: Surroundings) => Promise<T>,
  away: (problem: string) => T | Promise<T> = (problem) => {
    throw new Error(problem);
  },
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
    return away(
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
