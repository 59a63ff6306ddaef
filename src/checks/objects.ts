import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config.js';
import { KEEP_REMOVED_DAYS } from '../contracts/base/retention.js';
import { isUnavailable, messageOf } from '../contracts/base/errors.js';
import { infoOf, readAll, readBytes, type ObjectStore } from '../objects/object-store.js';
import {
  canObjectsReturn,
  openBucket,
  openObjects,
  placeOfObject,
  REQUEST_PATIENCE,
  type ObjectsConfig,
} from '../objects/open.js';
import { databaseName, type Places as MarkerPlaces } from './data-owner.js';
import { absent, missing, ok, type Finding } from './finding.js';

/** Where objects lie, and whose they are. */
export type ObjectPlaces = ObjectsConfig &
  MarkerPlaces &
  Pick<Config, 'CALLBACK_SECRET' | 'CALLBACK_SECRET_OLD'>;

/** Keys of the objects of the newest versions that the database names, of any project. */
export type NewestKeys = () => Promise<readonly string[]>;

const WHAT = 'object store';
/** Names the database and the secret that a bucket belongs to. */
const MARKER = 'dreamcore.json';
/** What a check writes and removes; nothing else lies below it. */
export const CANARIES = 'canary/';
/** Age of what a check that was killed left. */
const LEFT_MS = 60 * 60_000;
const Marker = z.object({ database: z.string(), secrets: z.array(z.string()) });
type Marker = z.infer<typeof Marker>;

interface Asked {
  readonly newest?: NewestKeys;
  /** The bucket is marked where it is not yet. */
  readonly isMarked?: boolean;
}

/**
 * Is the bucket one that works, and ours: does it do what the product asks of it, does it belong to
 * this database and secret, does it hold the versions that the database names? Without a bucket,
 * the last of these alone, and null where the database is embedded.
 */
export async function checkObjects(
  config: ObjectPlaces,
  asked: Asked = {},
): Promise<Finding | null> {
  const bucket = openBucket(config, REQUEST_PATIENCE);
  try {
    if (bucket === null) return await checkFiles(config, asked);
    const trouble = await tryOut(bucket);
    if (trouble !== null) return missing(WHAT, trouble, 'use another server of S3');
    return await checkOwner(bucket, config, asked);
  } catch (error) {
    const remedy = 'correct OBJECTS_URL and its keys, or start that server';
    return missing(WHAT, messageOf(error), remedy);
  }
}

/** The second and the third of these; null while bucket or database are away. */
export async function checkBucketOwner(
  config: ObjectPlaces,
  newest: NewestKeys,
): Promise<Finding | null> {
  const bucket = openBucket(config, REQUEST_PATIENCE);
  if (bucket === null) return null;
  return checkOwner(bucket, config, { newest }).catch((error: unknown) => {
    if (isUnavailable(error)) return null;
    throw error;
  });
}

/** Can an operator bring back what was removed (U2)? Null where nothing is wrong, or no bucket. */
export async function checkReturn(config: ObjectsConfig): Promise<Finding | null> {
  const canReturn = await canObjectsReturn(config).catch(() => null);
  if (canReturn !== false) return null;
  const days = `${KEEP_REMOVED_DAYS} days`;
  const remedy = `turn its versioning on, and let older versions expire after ${days}`;
  return absent(WHAT, 'the bucket keeps nothing of what is removed', remedy);
}

async function checkFiles(config: ObjectPlaces, { newest }: Asked): Promise<Finding | null> {
  if (config.EMBEDDED_SUPABASE_URL !== undefined) return null;
  return checkVersions(openObjects(config), config, newest);
}

/** The first thing that the store does otherwise than the product needs; null = none. */
async function tryOut(objects: ObjectStore): Promise<string | null> {
  const key = `${CANARIES}${randomUUID()}`;
  await objects.put(key, Buffer.from('0123456789'));
  const part = await objects.range(key, 2, 4);
  if (part === null) return 'does not have what it has just stored';
  if ((await readBytes(part)).toString() !== '234') return 'answers with another part';
  const { objects: listed } = await objects.list(CANARIES);
  if (!listed.some((each) => each.key === key)) return 'does not list what it has just stored';
  const left = listed.filter(({ modifiedAt }) => Date.now() - modifiedAt.getTime() > LEFT_MS);
  await objects.deleteAll([key, ...left.map((each) => each.key)]);
  return (await objects.get(key)) === null ? null : 'has what was deleted';
}

async function checkOwner(
  bucket: ObjectStore,
  config: ObjectPlaces,
  { newest, isMarked = false }: Asked,
): Promise<Finding> {
  const place = placeOfObject(config, null);
  const refusal = (detail: string, remedy: string) => missing(WHAT, `${place} ${detail}`, remedy);
  const own: Marker = { database: databaseName(config), secrets: secretsOf(config) };
  const marker = await readMarker(bucket);
  if (marker !== null && marker.database !== own.database)
    return refusal(
      `belongs to the database ${marker.database}, not to ${own.database}`,
      `set another OBJECTS_URL, or remove its ${MARKER} if the database has moved`,
    );
  if (marker !== null && !marker.secrets.some((each) => own.secrets.includes(each)))
    return refusal(
      'is used by hosts with another CALLBACK_SECRET',
      'give all hosts the same secrets',
    );
  const strange = await checkVersions(bucket, config, newest);
  if (strange !== null) return strange;
  if (isMarked && isOutdated(marker, own)) await markBucket(bucket, config);
  return ok(WHAT, place);
}

/** A host that still has an older secret alone leaves the marker of those that have a newer one. */
function isOutdated(marker: Marker | null, own: Marker): boolean {
  if (marker === null) return true;
  const isNewest = own.secrets.length > 1 || own.secrets[0] === marker.secrets[0];
  return isNewest && own.secrets.join() !== marker.secrets.join();
}

/** Writes into the bucket which database and secrets it belongs to. */
export async function markBucket(
  bucket: ObjectStore,
  config: Omit<ObjectPlaces, keyof ObjectsConfig>,
): Promise<void> {
  const marker: Marker = { database: databaseName(config), secrets: secretsOf(config) };
  await bucket.put(MARKER, Buffer.from(`${JSON.stringify(marker)}\n`));
}

/** A marker that cannot be read belongs to the database `unknown`. */
async function readMarker(bucket: ObjectStore): Promise<Marker | null> {
  const bytes = await readAll(bucket, MARKER);
  if (bytes === null) return null;
  try {
    return Marker.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return { database: 'unknown', secrets: [] };
  }
}

/** Names of secrets, from which none can be found; both while hosts change to a new one. */
function secretsOf(config: Pick<Config, 'CALLBACK_SECRET' | 'CALLBACK_SECRET_OLD'>): string[] {
  return [config.CALLBACK_SECRET, config.CALLBACK_SECRET_OLD ?? []]
    .flat()
    .map((secret) => createHmac('sha256', secret).update(MARKER).digest('hex').slice(0, 32));
}

/** A store of another installation has none of them; null = it has one, or there is none. */
async function checkVersions(
  objects: ObjectStore,
  config: ObjectPlaces,
  newest: NewestKeys = async () => [],
): Promise<Finding | null> {
  const keys = await newest();
  for (const key of keys) if ((await infoOf(objects, key)) !== null) return null;
  if (keys.length === 0) return null;
  const place = placeOfObject(config, null);
  return missing(
    WHAT,
    `${place} holds none of the ${keys.length} newest versions of the database`,
    'set OBJECTS_URL as on the other hosts, or run npx dreamcore objects push',
  );
}
