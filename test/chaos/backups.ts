import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import { sha256Of } from '../../src/contracts/base/hashes.js';
import { assetKeyOf, promisedHash } from '../../src/objects/assets.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { KEPT_FOLDERS } from '../../src/objects/kept-places.js';
import { listAll, readAll } from '../../src/objects/object-store.js';
import { keyOf } from '../../src/versions/kept/places.js';
import { copyKey } from '../../src/versions/kept/published-copies.js';
import { commandOn } from '../contract/ops/command.js';
import { newDataDir, type Stack } from '../support/stack.js';
import { allRows } from './evidence.js';

/** As cron does every four minutes. */
const BACKUP_MS = 20_000;
const LOOK_MS = 1_000;
/** The last backup meets a stack that is at rest. */
const LAST_TRIES = 5;

/** Where objects lie that belong to rows, and images of actions. */
const ROOTS = [...KEPT_FOLDERS.map(({ root }) => root), 'images/'];

/** Rows that name bytes, by the key; the hash that the row itself promises, where it has one. */
export type NamedBytes = Map<string, string | null>;
/** What the rows named at some time between two moments. */
export interface Look {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly named: NamedBytes;
}
interface SeenObject {
  readonly sinceMs: number;
  /** SHA-256 of all bytes that were ever seen; most objects have one. */
  readonly hashes: Set<string>;
}
/** One run of the command. */
export interface BackupTry {
  readonly beganMs: number;
  readonly endedMs: number;
  /** Null = none was made. */
  readonly id: string | null;
  readonly error: string;
}

/** All bytes that rows name; those of lost versions and rows that their owner wrote left out. */
export async function namedBytes(env: Readonly<Record<string, string>>): Promise<NamedBytes> {
  const { SUPABASE_URL: url = '', SUPABASE_SERVICE_ROLE_KEY: key = '' } = env;
  const database = createClient(url, key, { auth: { persistSession: false } });
  const [revisions, assets, games] = await Promise.all([
    allRows<{ project_id: string; job_id: string; object_sha: string; object_bytes: number }>(
      database,
      'revisions',
      'project_id, job_id, object_sha',
      'job_id',
    ),
    allRows<Parameters<typeof assetKeyOf>[0]>(
      database,
      'assets',
      'owner_id, is_global, is_stored, storage_path',
      'id',
    ),
    allRows<{ id: string; revision: string | null }>(database, 'games', 'id, revision', 'id'),
  ]);
  const named: NamedBytes = new Map();
  for (const { project_id: projectId, job_id: workId, object_sha: sha } of revisions)
    named.set(keyOf(projectId, { workId, sha }), sha);
  for (const asset of assets) {
    const place = assetKeyOf(asset);
    if (place !== null) named.set(place, promisedHash(place));
  }
  for (const { id, revision } of games)
    if (revision !== null) named.set(copyKey(id, revision), null);
  return named;
}

/**
 * Backs up a stack again and again by the command while it is in trouble, and looks what it has
 * beside, so that what is restored can be compared.
 */
export class Backups {
  readonly looks: Look[] = [];
  readonly tries: BackupTry[] = [];
  /** What lay under each key, and since when. */
  readonly seen = new Map<string, SeenObject>();
  /** Keys that were there when all was over. */
  last: ReadonlySet<string> = new Set();
  private readonly known = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly lives: Promise<void>[];

  private constructor(
    private readonly stack: Stack,
    readonly folder: string,
  ) {
    this.lives = [
      this.again(BACKUP_MS, () => this.backUp()),
      this.again(LOOK_MS, () => this.look()),
    ];
  }

  static async start(stack: Stack): Promise<Backups> {
    return new Backups(stack, await newDataDir());
  }

  /** A last backup, of a stack at rest. Throws when none of some comes about. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.lives);
    for (let tries = 1; ; tries += 1) {
      await this.backUp();
      const last = this.tries.at(-1);
      if (last?.id) break;
      if (tries === LAST_TRIES)
        throw new Error(`no backup of a stack at rest: ${last?.error ?? ''}`);
    }
    await this.look();
  }

  /** What was made, the oldest first. */
  get made(): (BackupTry & { id: string })[] {
    return this.tries.flatMap((each) => (each.id === null ? [] : [{ ...each, id: each.id }]));
  }

  private async again(gapMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    // What is down now is looked at the next time.
    do await work().catch(() => undefined);
    while (await sleep(gapMs, true, { signal }).catch(() => false));
  }

  private async backUp(): Promise<void> {
    const beganMs = Date.now();
    const { code, out, err } = await commandOn(this.stack)('backup', this.folder, '--json');
    const id = code === 0 ? (JSON.parse(out) as { id: string }).id : null;
    this.tries.push({ beganMs, endedMs: Date.now(), id, error: err.trim() });
  }

  private async look(): Promise<void> {
    await this.lookAtObjects();
    const beganMs = Date.now();
    const named = await namedBytes(this.stack.env);
    this.looks.push({ beganMs, endedMs: Date.now(), named });
  }

  private async lookAtObjects(): Promise<void> {
    const objects = createFileObjectStore(this.stack.dataDir);
    const there = new Set<string>();
    for (const root of ROOTS)
      for await (const { key, modifiedAt } of listAll(objects, root)) {
        there.add(key);
        if (this.known.get(key) === modifiedAt.getTime()) continue;
        const bytes = await readAll(objects, key);
        if (bytes === null) continue;
        this.known.set(key, modifiedAt.getTime());
        const seen = this.seen.get(key) ?? { sinceMs: Date.now(), hashes: new Set() };
        seen.hashes.add(sha256Of(bytes));
        this.seen.set(key, seen);
      }
    this.last = there;
  }
}
