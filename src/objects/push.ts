import { sha256Of } from '../contracts/base/hashes.js';
import { promisedHash } from './assets.js';
import { infoOf, listAll, readAll, type ObjectInfo, type ObjectStore } from './object-store.js';

export interface PushReport {
  /** Objects of the source. */
  looked: number;
  /** Those that the target did not have, or had otherwise. */
  pushed: number;
  pushedBytes: number;
  /** What could not be pushed: a key and why. */
  readonly problems: string[];
}

/** Objects that are on their way at a time, each in memory as a whole. */
const AT_ONCE = 8;

/**
 * Puts into `to` what it does not have of `from`, or has otherwise; removes nothing. May be
 * interrupted and done again. What is named by its hash is compared by size unless `isDeep`, all
 * else by its bytes; after each put the target is asked for the size.
 */
export async function pushObjects(
  from: ObjectStore,
  to: ObjectStore,
  { isDry, isDeep = false }: { isDry: boolean; isDeep?: boolean },
): Promise<PushReport> {
  const report: PushReport = { looked: 0, pushed: 0, pushedBytes: 0, problems: [] };
  const work = pairs(from, to);
  const lane = async (): Promise<void> => {
    for await (const [source, target] of work)
      await pushOne({ from, to, isDry, isDeep }, source, target, report);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return report;
}

interface Places {
  readonly from: ObjectStore;
  readonly to: ObjectStore;
  readonly isDry: boolean;
  readonly isDeep: boolean;
}

async function pushOne(
  { from, to, isDry, isDeep }: Places,
  source: ObjectInfo,
  target: ObjectInfo | null,
  report: PushReport,
): Promise<void> {
  const { key, sizeBytes } = source;
  report.looked += 1;
  const sha = promisedHash(key);
  if (target?.sizeBytes === sizeBytes && sha !== null && !isDeep) return;
  const bytes = await readAll(from, key);
  // Removed meanwhile.
  if (bytes === null) return;
  if (sha !== null && sha256Of(bytes) !== sha) {
    report.problems.push(`${key}: holds other bytes than its name says`);
    return;
  }
  const isSame = target?.sizeBytes === bytes.length && (await readAll(to, key))?.equals(bytes);
  if (isSame === true) return;
  report.pushed += 1;
  report.pushedBytes += bytes.length;
  if (isDry) return;
  await to.put(key, bytes);
  if ((await infoOf(to, key))?.sizeBytes !== bytes.length)
    report.problems.push(`${key}: the target does not have it as it was sent`);
}

/** Each object of `from` beside that of the same key in `to`; both lists are in key order. */
async function* pairs(
  from: ObjectStore,
  to: ObjectStore,
): AsyncGenerator<readonly [ObjectInfo, ObjectInfo | null]> {
  const targets = listAll(to, '');
  let target = await targets.next();
  for await (const source of listAll(from, '')) {
    while (!target.done && target.value.key < source.key) target = await targets.next();
    yield [source, !target.done && target.value.key === source.key ? target.value : null];
  }
}
