import type { Client } from '@temporalio/client';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Does something with the Temporal server that the worker uses; whether it is there shows at the
 * first request.
 */
export async function withTemporal<T>(
  env: Environment,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  // Loaded beside the start of the parts: it takes its time.
  const { Client: TemporalClient, Connection } = await import('@temporalio/client');
  const { temporalPlace } = await import('../../src/temporal/connection.js');
  const { connection: options, namespace } = temporalPlace(env);
  const connection = Connection.lazy(options);
  try {
    return await work(new TemporalClient({ connection, namespace }));
  } finally {
    await connection.close();
  }
}
