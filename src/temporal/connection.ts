import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config.js';

/** Settings of the address of Temporal and its credentials. */
export type TemporalSettings = Pick<
  Config,
  | 'TEMPORAL_ADDRESS'
  | 'TEMPORAL_NAMESPACE'
  | 'TEMPORAL_API_KEY'
  | 'TEMPORAL_TLS_CLIENT_CERT_PATH'
  | 'TEMPORAL_TLS_CLIENT_KEY_PATH'
  | 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'
  | 'TEMPORAL_TLS_SERVER_NAME'
  | 'TEMPORAL_PROFILE'
  | 'TEMPORAL_CONFIG_FILE'
>;

const DEFAULT_ADDRESS = '127.0.0.1:7233';

export interface TemporalPlace {
  /** For `Connection` and `NativeConnection` alike. */
  readonly connection: ClientConnectConfig['connectionOptions'] & { readonly address: string };
  readonly namespace: string;
}

/**
 * Where Temporal is, as Temporal's own clients read it: an API key turns TLS on, certificates are
 * named by path, and a profile of a configuration file stands behind the variables. API, worker
 * and command line connect by this. Throws when the file or the profile is not there.
 */
export function temporalPlace(settings: TemporalSettings): TemporalPlace {
  const { TEMPORAL_PROFILE: profile, TEMPORAL_CONFIG_FILE: file, ...rest } = settings;
  const variables = Object.fromEntries(
    Object.entries(rest).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith('TEMPORAL_') && typeof entry[1] === 'string',
    ),
  );
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: variables,
    profile,
    configSource: file === undefined ? file : { path: file },
    disableFile: profile === undefined && file === undefined,
  });
  return {
    connection: { ...connectionOptions, address: connectionOptions.address ?? DEFAULT_ADDRESS },
    namespace: namespace ?? 'default',
  };
}
