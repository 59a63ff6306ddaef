import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../config.js';
import { temporalPlace, type TemporalSettings } from './connection.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();

function place(env: Partial<Record<keyof TemporalSettings, string>>) {
  return temporalPlace(
    parseConfig({
      SUPABASE_URL: 'http://127.0.0.1:9',
      SUPABASE_ANON_KEY: 'anon',
      SUPABASE_SERVICE_ROLE_KEY: 'service',
      CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
      ...env,
    }),
  );
}

it('a server of this machine without anything said', () => {
  expect(place({})).toMatchObject({
    connection: { address: '127.0.0.1:7233' },
    namespace: 'default',
  });
  expect(place({}).connection.tls).toBeFalsy();
});

it('an API key turns TLS on and goes with every request', () => {
  const { connection, namespace } = place({
    TEMPORAL_ADDRESS: 'eu.example.api.temporal.io:7233',
    TEMPORAL_NAMESPACE: 'games.a1b2c',
    TEMPORAL_API_KEY: 'a-key',
  });
  expect(connection).toMatchObject({ address: 'eu.example.api.temporal.io:7233', apiKey: 'a-key' });
  expect(connection.tls).toBeTruthy();
  expect(namespace).toBe('games.a1b2c');
});

it('certificates are named by their paths', async () => {
  const file = (name: string): string => path.join(folder, name);
  for (const name of ['ca', 'cert', 'key']) await writeFile(file(name), name);
  const { connection } = place({
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca'),
    TEMPORAL_TLS_CLIENT_CERT_PATH: file('cert'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: file('key'),
    TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
  });
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
  expect(connection.tls).toMatchObject({
    serverNameOverride: 'temporal.example',
    serverRootCACertificate: bytes('ca'),
    clientCertPair: { crt: bytes('cert'), key: bytes('key') },
  });
});

it('a profile stands behind the variables', async () => {
  const file = path.join(folder, 'temporal.toml');
  await writeFile(
    file,
    '[profile.production]\naddress = "temporal.example:7233"\nnamespace = "games"\n',
  );
  const profile = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'production' };
  expect(place(profile)).toMatchObject({
    connection: { address: 'temporal.example:7233' },
    namespace: 'games',
  });
  expect(place({ ...profile, TEMPORAL_NAMESPACE: 'others' }).namespace).toBe('others');
  expect(() => place({ ...profile, TEMPORAL_PROFILE: 'nobody' })).toThrow();
});
