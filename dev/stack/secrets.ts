import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import webPush from 'web-push';
import { publicVapidKey } from '../../src/vapid.js';
import type { OwnSecrets, OwnVapid, SecretName } from './part-env.js';

const FILES: Readonly<Record<SecretName, string>> = {
  CALLBACK_SECRET: 'callback-secret',
  GAME_PATH_SECRET: 'game-path-secret',
  PUBLISH_CHECK_SECRET: 'publish-check-secret',
};

/** What we sign with: as configured, else made once for this data folder. */
export async function ownSecrets(dataDir: string, env: NodeJS.ProcessEnv): Promise<OwnSecrets> {
  const secrets = Object.entries(FILES).map(async ([name, file]) => [
    name,
    env[name] || (await keepSecret(dataDir, file)),
  ]);
  return Object.fromEntries(await Promise.all(secrets)) as OwnSecrets;
}

/** A pair for Web Push, made once; none where one is configured, and none in production. */
export async function ownVapid(dataDir: string, env: NodeJS.ProcessEnv): Promise<OwnVapid> {
  if (env.NODE_ENV === 'production' || env.VAPID_PUBLIC_KEY || env.VAPID_PRIVATE_KEY) return {};
  const privateKey = await keepSecret(
    dataDir,
    'vapid-private-key',
    () => webPush.generateVAPIDKeys().privateKey,
  );
  const publicKey = publicVapidKey(privateKey);
  if (publicKey === null) throw new Error(`${dataDir}/secrets/vapid-private-key is no key`);
  return {
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
    VAPID_SUBJECT: env.VAPID_SUBJECT || 'mailto:nobody@example.com',
  };
}

/** A random secret of this stack, made once: `DATA_DIR/secrets/<name>`, readable for us alone. */
async function keepSecret(
  dataDir: string,
  name: string,
  make = () => randomBytes(32).toString('hex'),
): Promise<string> {
  const file = path.join(dataDir, 'secrets', name);
  const stored = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (stored) return stored;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const secret = make();
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}
