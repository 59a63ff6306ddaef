import type { Client } from '@temporalio/client';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Does something with the Temporal server that the worker uses; whether it is there shows at the
 * first request.
 */
export async function withTemporal<T>(
  { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE }: Environment,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  // Loaded beside the start of the parts: it takes its time.
  const { Client: TemporalClient, Connection } = await import('@temporalio/client');
  const connection = Connection.lazy({
    ...(TEMPORAL_ADDRESS ? { address: TEMPORAL_ADDRESS } : {}),
  });
  try {
    return await work(
      new TemporalClient({
        connection,
        ...(TEMPORAL_NAMESPACE ? { namespace: TEMPORAL_NAMESPACE } : {}),
      }),
    );
  } finally {
    await connection.close();
  }
}
