import { heldSince, holdSweeps, releaseSweeps } from '../objects/unverified.js';
import { shown, type Answer, type Output } from './options.js';
import { openRunningStore } from './running-store.js';
import { renderTable } from './table.js';
import { verifyRows, type Verified, type VerifyHow } from './verify-rows.js';

export interface VerifyOptions extends Output, Partial<VerifyHow> {
  /** Only have house-keeping stand still until a later call. */
  readonly hold?: boolean;
  /** House-keeping goes on whatever is lost. */
  readonly accept?: boolean;
}

/**
 * `npx dreamcore verify`: is all there that rows name? Where it is, house-keeping that stood still
 * since a restore goes on (L3). 1 = something is lost.
 */
export async function verifyStore(options: VerifyOptions): Promise<Answer> {
  const { undelete = false, deep = false, hold = false, accept = false } = options;
  const { store, objects, versions } = await openRunningStore(options.envFile);
  if (hold) {
    await holdSweeps(objects);
    await store.objectHome.release();
    return { text: 'House-keeping removes nothing until npx dreamcore verify is clean.' };
  }
  const found = await verifyRows({ store, objects, versions }, { undelete, deep });
  const isClean = found.lost.length === 0;
  const wasHeld = (await heldSince(objects)) !== null;
  const isHeld = wasHeld && !isClean && !accept;
  if (wasHeld && !isHeld) await releaseSweeps(objects);
  const text = shown({ ...found, isHeld }, options, () => renderVerified(found, isHeld));
  return { text, exitCode: isClean ? 0 : 1 };
}

/** A line for each owner and project that lost something, and the sum. */
export function renderVerified({ looked, broughtBack, lost }: Verified, isHeld: boolean): string {
  const rows = lost.map(({ userId, projectId, what }) => [userId, projectId ?? '', what]);
  const table = rows.length === 0 ? [] : [renderTable(['user', 'project', 'lost'], rows)];
  const held = isHeld
    ? ['House-keeping removes nothing until this is clean, or --accept says that it is lost.']
    : [];
  const sum =
    `${looked} versions, files and published copies looked for, ${broughtBack} objects brought ` +
    `back${lost.length === 0 ? ': all are there.' : '.'}`;
  return [...table, sum, ...held].join('\n');
}
