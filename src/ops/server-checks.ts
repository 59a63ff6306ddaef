import { Connection } from '@temporalio/client';
import type { Config } from '../config.js';
import { checkMarker } from '../checks/data-owner.js';
import { absent, missing, type Finding } from '../checks/finding.js';
import { checkGuests } from '../checks/guests.js';
import { checkClock } from '../checks/machine.js';
import { checkObjects, checkReturn } from '../checks/objects.js';
import { checkTemporal } from '../checks/temporal-server.js';
import { temporalPlace } from '../temporal/connection.js';
import type { Settings } from './settings.js';
import { readStackFile } from './stack-file.js';

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * What API and worker ask for at their start, asked of the servers that are configured, or of those
 * that run from DATA_DIR; nothing of them when none runs.
 */
export async function checkServers({ env, config }: Settings): Promise<Finding[]> {
  const places = await ownPlaces({ env, config });
  const [marker, objects, canReturn] = await Promise.all([
    checkMarker(places),
    checkObjects(places),
    checkReturn(places),
  ]);
  const hosted = env.SUPABASE_URL
    ? await Promise.all([checkClock(config.SUPABASE_URL), checkGuests(config)])
    : [];
  const own = [marker, objects, canReturn, ...hosted].filter((finding) => finding !== null);
  return [...own, ...(await temporalFindings({ env, config }))];
}

/** The configuration as API and worker have it: a stack makes a secret of its own. */
export async function ownPlaces({ env, config }: Settings): Promise<Config> {
  const stack = await readStackFile(config.DATA_DIR);
  const secret = env.CALLBACK_SECRET ?? stack?.provided['CALLBACK_SECRET'];
  return {
    ...config,
    EMBEDDED_SUPABASE_URL: env.SUPABASE_URL ? undefined : config.SUPABASE_URL,
    CALLBACK_SECRET: secret ?? config.CALLBACK_SECRET,
  };
}

async function temporalFindings({ env, config }: Settings): Promise<Finding[]> {
  const isOurs = !env.TEMPORAL_ADDRESS;
  const embedded = (await readStackFile(config.DATA_DIR))?.provided.TEMPORAL_ADDRESS;
  if (isOurs && embedded === undefined) return [];
  const { connection: options, namespace } = temporalPlace(
    isOurs ? { ...config, TEMPORAL_ADDRESS: embedded } : config,
  );
  const { address } = options;
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ ...options, connectTimeout: CONNECT_TIMEOUT_MS });
    const findings = await checkTemporal(connection, namespace);
    return isOurs ? findings : [...findings, DYNAMIC_CONFIG];
  } catch (error) {
    if (isOurs) return [];
    const detail = `${address} does not answer: ${error instanceof Error ? error.message : ''}`;
    return [missing('Temporal server', detail, 'start it, or correct the TEMPORAL_ variables')];
  } finally {
    await connection?.close();
  }
}

/** Of a server that the launcher started it is known. */
const DYNAMIC_CONFIG = absent(
  'dynamic configuration',
  'a Temporal server does not tell it: whether users take fair turns cannot be seen',
  'compare it with DYNAMIC_CONFIG in dev/stack/temporal-server.ts',
);
