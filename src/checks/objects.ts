import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config.js';
import { KEEP_REMOVED_DAYS } from '../contracts/base/retention.js';
import type { ObjectHome, ObjectHomeRow } from '../contracts/rows/object-home.js';
import { isUnavailable, messageOf } from '../contracts/base/errors.js';
import { infoOf, readAll, readBytes, type ObjectStore } from '../objects/object-store.js';
import {
  canObjectsReturn,
  openBucket,
  openUncached,
  placeOfObject,
  REQUEST_PATIENCE,
  type ObjectsConfig,
} from '../objects/open.js';
import { hasAnyBelow } from '../objects/project-objects.js';
import { heldSince } from '../objects/unverified.js';
import { databaseName, type Places as MarkerPlaces } from './data-owner.js';
import { absent, missing, ok, type Finding } from './finding.js';

/** Secrets that hosts share, beside the one that all of them have. */
export type SharedSecret = 'GAME_PATH_SECRET' | 'PUBLISH_CHECK_SECRET';
type SecretName = 'CALLBACK_SECRET' | SharedSecret;

/** Where objects lie, and whose they are. */
export type ObjectPlaces = ObjectsConfig &
  MarkerPlaces &
  Pick<Config, SecretName | `${SecretName}_OLD`>;

/** What the database says of its store. */
export interface ObjectRows {
  /** Keys of the objects of the newest versions, of any project. */
  newest(): Promise<readonly string[]>;
  readonly home: ObjectHomeRow;
}

const WHAT = 'object store';
/** Names the database and the secrets that a bucket belongs to. */
const MARKER = 'dreamcore.json';
/** What a check writes and removes; nothing else lies below it. */
export const CANARIES = 'canary/';
/** Age of what a check that was killed left. */
const LEFT_MS = 60 * 60_000;
const Names = z.array(z.string());
const Marker = z.object({
  /** Of the row `object_home`; hosts that know no such row leave it out. */
  id: z.string().optional(),
  database: z.string(),
  /** Of CALLBACK_SECRET. */
  secrets: Names,
  GAME_PATH_SECRET: Names.optional(),
  PUBLISH_CHECK_SECRET: Names.optional(),
});
type Marker = z.infer<typeof Marker>;
const SECRETS = ['secrets', 'GAME_PATH_SECRET', 'PUBLISH_CHECK_SECRET'] as const;

interface Asked {
  readonly rows?: ObjectRows;
  /** The bucket is marked with what its marker does not have yet. */
  readonly isMarked?: boolean;
  /** What the caller signs or checks with; it may not have the others. */
  readonly shared?: readonly SharedSecret[];
}

/**
 * Is the bucket one that works, and ours: does it do what the product asks of it, do this database
 * and secret belong to it, and it to them, does it hold the versions that the database names?
 * Without one, the last of these alone, and null where the database is embedded.
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
  asked: Asked = {},
): Promise<Finding | null> {
  const bucket = openBucket(config, REQUEST_PATIENCE);
  if (bucket === null) return null;
  return checkOwner(bucket, config, asked).catch((error: unknown) => {
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

async function checkFiles(config: ObjectPlaces, { rows }: Asked): Promise<Finding | null> {
  const elsewhere = otherHome(config, null, await readHome(rows));
  if (elsewhere !== null || config.EMBEDDED_SUPABASE_URL !== undefined) return elsewhere;
  const found = await lookForVersions(openUncached(config), config, { rows, isOurs: false });
  return typeof found === 'string' ? null : found;
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
  { rows, isMarked = false, shared = [] }: Asked,
): Promise<Finding> {
  const place = placeOfObject(config, null);
  const refusal = (detail: string, remedy: string) => missing(WHAT, `${place} ${detail}`, remedy);
  const own = ownMarker(config, shared);
  const marker = await readMarker(bucket);
  if (marker !== null && marker.database !== own.database)
    return refusal(
      `belongs to the database ${marker.database}, not to ${own.database}`,
      `set another OBJECTS_URL, or remove its ${MARKER} if the database has moved`,
    );
  const other = marker && otherSecret(marker, own);
  if (other !== null)
    return refusal(
      `is used by hosts with another ${other}`,
      `give all hosts the same secrets, and the one before as ${other}_OLD where it is new`,
    );
  const elsewhere = otherHome(config, marker, await readHome(rows));
  if (elsewhere !== null) return elsewhere;
  const found = await lookForVersions(bucket, config, { rows, isOurs: marker !== null });
  if (typeof found !== 'string') return found;
  if (!isMarked) return ok(WHAT, place);
  const id = found === 'seen' ? await claimHome(config, marker, rows) : marker?.id;
  const next = JSON.stringify({ ...nextMarker(marker, own), id });
  if (next !== JSON.stringify(marker)) await bucket.put(MARKER, Buffer.from(`${next}\n`));
  return ok(WHAT, place);
}

/** Null = no row, or none that can be read: the database is away, or its schema is older (O2). */
const readHome = async (rows: ObjectRows | undefined): Promise<ObjectHome | null> =>
  (await rows?.home.read().catch(() => null)) ?? null;

/** The row's id: that of this bucket, unless another host was first, which the next look finds. */
async function claimHome(
  config: ObjectPlaces,
  marker: Marker | null,
  rows: ObjectRows | undefined,
): Promise<string | undefined> {
  const own = { id: marker?.id ?? randomUUID(), place: addressOf(config) };
  const home = await rows?.home.claim(own).catch(() => null);
  return home && otherHome(config, marker, home) === null ? home.id : marker?.id;
}

/** The row names another store than this one, which may have got a new address since. */
function otherHome(
  config: ObjectPlaces,
  marker: Marker | null,
  home: ObjectHome | null,
): Finding | null {
  const address = addressOf(config);
  if (home === null || home.id === (marker?.id ?? (home.place === address && home.id))) return null;
  return missing(
    WHAT,
    `${address} is not where the objects of this database are, which is ${home.place}`,
    'set OBJECTS_URL as on the other hosts, or, where it is lost, run npx dreamcore verify --hold',
  );
}

function addressOf({ OBJECTS_URL: place }: ObjectPlaces): string {
  return place ? `${place.endpoint}/${place.bucket}/${place.prefix}` : 'the disk of this host';
}

function ownMarker(config: ObjectPlaces, shared: readonly SharedSecret[]): Marker {
  const secrets = namesOf(config, 'CALLBACK_SECRET');
  const own: Marker = { database: databaseName(config), secrets };
  for (const name of shared) own[name] = namesOf(config, name);
  return own;
}

/** Names of a secret, from which it cannot be found; both while hosts change to a new one. */
function namesOf(config: ObjectPlaces, name: SecretName): string[] {
  return [config[name], config[`${name}_OLD`] ?? []]
    .flat()
    .map((secret) => createHmac('sha256', secret).update(MARKER).digest('hex').slice(0, 32));
}

/** The variable that is another one on the hosts that marked the bucket; null = none is. */
function otherSecret(marker: Marker, own: Marker): SecretName | null {
  for (const field of SECRETS) {
    const [theirs, ours] = [marker[field], own[field]];
    if (theirs && ours && !theirs.some((each) => ours.includes(each)))
      return field === 'secrets' ? 'CALLBACK_SECRET' : field;
  }
  return null;
}

/** A host that has an older secret alone, or none, leaves what those with a newer one wrote. */
function nextMarker(marker: Marker | null, own: Marker): Marker {
  const next = { ...marker, ...own };
  for (const field of SECRETS) {
    const [theirs, ours] = [marker?.[field], own[field]];
    if (theirs && ours?.length === 1 && ours[0] !== theirs[0]) next[field] = theirs;
  }
  return next;
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

/** A store of another installation has none of them; `unseen` = no row names any, or it is old. */
async function lookForVersions(
  objects: ObjectStore,
  config: ObjectPlaces,
  { rows, isOurs }: { rows: ObjectRows | undefined; isOurs: boolean },
): Promise<Finding | 'seen' | 'unseen'> {
  const keys = (await rows?.newest()) ?? [];
  for (const key of keys) if ((await infoOf(objects, key)) !== null) return 'seen';
  if (keys.length === 0 || (await isOfAnotherAge(objects, isOurs))) return 'unseen';
  const place = placeOfObject(config, null);
  return missing(
    WHAT,
    `${place} holds none of the ${keys.length} newest versions of the database`,
    'set OBJECTS_URL as on the other hosts, or run npx dreamcore objects push, or, where they ' +
      'are lost, npx dreamcore verify --hold',
  );
}

/** One of ours that has older versions was set back; of any other an operator says so (L3). */
async function isOfAnotherAge(objects: ObjectStore, isOurs: boolean): Promise<boolean> {
  return (isOurs && (await hasAnyBelow(objects, 'p/'))) || (await heldSince(objects)) !== null;
}
