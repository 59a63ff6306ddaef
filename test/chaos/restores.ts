import path from 'node:path';
import { rm } from 'node:fs/promises';
import { placesIn } from '../../dev/backup/folder.js';
import { sha256Of } from '../../src/contracts/base/hashes.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { readAll, type ObjectStore } from '../../src/objects/object-store.js';
import { commandOn } from '../contract/ops/command.js';
import { newDataDir, startStack } from '../support/stack.js';
import { namedBytes, type Backups, type Look, type NamedBytes } from './backups.js';
import { Random } from './random.js';
import type { Upload } from './sharing.js';

/** By the manual, whose backups are four minutes apart. */
const RPO_MS = 5 * 60_000;
/** What `verify` asks; the rest of a stack may be started later. */
const NOT_NEEDED = ['api', 'worker', 'temporal', 'demo'] as const;

/** One restore, as it was found. */
export interface Restored {
  readonly moment: Date;
  /** A moment between two backups, or the disk is lost then and its last backup comes back. */
  readonly how: 'moment' | 'lost disk';
  /** How much older than the moment it is. */
  readonly ageMs: number;
  readonly restoreMs: number;
  readonly startMs: number;
  readonly verifyMs: number;
  readonly rows: number;
  readonly broughtBack: number;
  /** What is not there, or not as it was. */
  readonly lost: readonly string[];
}

/** What the run itself knew, and where its backups lie. */
export interface Known {
  readonly backups: Backups;
  readonly uploads: readonly Upload[];
}

/** Random moments between the first and the last backup; every second one loses the disk. */
export async function restoreMoments(
  known: Known,
  { seed, count, onProgress }: { seed: string; count: number; onProgress: (line: string) => void },
): Promise<Restored[]> {
  const { made } = known.backups;
  const [first, last] = [made.at(0)?.endedMs ?? 0, made.at(-1)?.beganMs ?? 0];
  const random = new Random(`${seed} restores`);
  const restored: Restored[] = [];
  for (let at = 0; at < count; at += 1) {
    const moment = new Date(random.between(first, last));
    const how = at % 2 === 0 ? 'moment' : 'lost disk';
    restored.push(
      await restoreMoment(known, moment, how).catch((error: unknown) => ({
        ...{ moment, how, ageMs: NaN, restoreMs: NaN, startMs: NaN, verifyMs: NaN },
        ...{ rows: 0, broughtBack: 0, lost: [`all: ${String(error)}`] },
      })),
    );
    onProgress(`restored ${at + 1} of ${count}`);
  }
  return restored;
}

/** Nothing is lost, and nothing is older than the manual says. */
export const isWhole = ({ lost, ageMs }: Restored): boolean => lost.length === 0 && ageMs <= RPO_MS;

async function restoreMoment(known: Known, moment: Date, how: Restored['how']): Promise<Restored> {
  const { folder, made } = known.backups;
  // A backup is there when its command has ended, some time after what it has.
  const newest = made.findLast(({ endedMs }) => endedMs <= moment.getTime())?.id ?? '';
  const dataDir = await newDataDir();
  const dreamcore = commandOn({ dataDir });
  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const beganMs = Date.now();
    return [await work, Date.now() - beganMs];
  };
  const args =
    how === 'moment'
      ? [folder, '--to', moment.toISOString()]
      : [path.join(placesIn(folder).backups, newest)];
  let stack: Awaited<ReturnType<typeof startStack>> | null = null;
  try {
    const [restore, restoreMs] = await timed(dreamcore('restore', ...args));
    const back = Date.parse(/is as it was at (\S+)\. /.exec(restore.out)?.[1] ?? '');
    if (Number.isNaN(back))
      throw new Error(`no restore to ${moment.toISOString()}: ${restore.err}`);
    const [started, startMs] = await timed(startStack({ dataDir, without: NOT_NEEDED }));
    stack = started;
    const [verify, verifyMs] = await timed(dreamcore('verify', '--undelete', '--deep', '--json'));
    const told = JSON.parse(verify.out) as { broughtBack: number; lost: object[] };
    const named = await namedBytes(stack.env);
    const lost = [
      ...told.lost.map((each) => `verify: ${JSON.stringify(each)}`),
      ...lostRows(known, named, back),
      ...(await lostBytes(known.backups, named, { objects: createFileObjectStore(dataDir), back })),
    ];
    const { broughtBack } = told;
    const [ageMs, rows] = [moment.getTime() - back, named.size];
    return { moment, how, ageMs, restoreMs, startMs, verifyMs, rows, broughtBack, lost };
  } finally {
    await stack?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Rows that were there around the moment and are not now, and those of a later time. */
export function lostRows(
  { backups, uploads }: { backups: Pick<Backups, 'looks'>; uploads: readonly Upload[] },
  named: NamedBytes,
  back: number,
): string[] {
  const none: Look = { beganMs: 0, endedMs: 0, named: new Map() };
  const before = backups.looks.findLast(({ endedMs }) => endedMs <= back) ?? none;
  const after = backups.looks.find(({ beganMs }) => beganMs >= back) ?? none;
  const sinceMs = (key: string) => backups.looks.find((look) => look.named.has(key))?.endedMs ?? 0;
  const hashes = new Set([...named.values()]);
  return [
    ...[...before.named.keys()]
      .filter((key) => after.named.has(key) && !named.has(key))
      .map((key) => `row: ${key}`),
    ...[...named.keys()]
      .filter((key) => sinceMs(key) > after.endedMs)
      .map((key) => `row of a later time: ${key}`),
    ...uploads
      .filter(({ hash, answeredMs }) => answeredMs <= back && !hashes.has(hash))
      .map(({ hash }) => `upload: ${hash}`),
  ];
}

/**
 * Every byte that a row names, as the row says and as it was seen; and what else was there at the
 * moment and stayed to the end: thumbnails, images, videos, screenshots.
 */
export async function lostBytes(
  { seen, last }: Pick<Backups, 'seen' | 'last'>,
  named: NamedBytes,
  { objects, back }: { objects: ObjectStore; back: number },
): Promise<string[]> {
  const others = [...seen].filter(
    ([key, { sinceMs }]) => !named.has(key) && sinceMs <= back && last.has(key),
  );
  const lost: string[] = [];
  for (const key of [...named.keys(), ...others.map(([each]) => each)]) {
    const bytes = await readAll(objects, key);
    const promised = named.get(key) ?? null;
    const hash = bytes === null ? null : sha256Of(bytes);
    const was = seen.get(key)?.hashes;
    if (hash === null) lost.push(`bytes: ${key}`);
    else if ((promised !== null && hash !== promised) || was?.has(hash) === false)
      lost.push(`other bytes: ${key}`);
  }
  return lost;
}

/** A line for each restore, then what is lost. */
export function restoreTable({ backups, uploads }: Known, restored: readonly Restored[]): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const failed = backups.tries.filter(({ id }) => id === null);
  const { made } = backups;
  const tookMs = made.map(({ beganMs, endedMs }) => endedMs - beganMs).toSorted((a, b) => a - b);
  const lost = restored.flatMap((each) => each.lost);
  return [
    '| moment | what | older by, s | restore, s | start, s | verify, s | rows | back | lost |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...restored.map(
      ({ moment, how, ageMs, restoreMs, startMs, verifyMs, rows, broughtBack, lost: own }) =>
        `| ${moment.toISOString()} | ${how} | ` +
        `${[ageMs, restoreMs, startMs, verifyMs].map(seconds).join(' | ')} | ` +
        `${rows} | ${broughtBack} | ${own.length} |`,
    ),
    ...lost.map((line) => `  ${line}`),
    `${made.length} backups, ${seconds(tookMs[Math.floor(tookMs.length / 2)] ?? 0)} s each, ` +
      `${failed.length} failed; ${uploads.length} uploads; lost ${lost.length}`,
    ...new Set(failed.map(({ error }) => `  failed: ${error}`)),
  ].join('\n');
}
