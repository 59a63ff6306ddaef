export const GIB = 1024 ** 3;
/** Share of the soft limit at which operators get an alert and the limit rises. */
const WARN_SHARE = 0.8;
/** Things that a refusal names. */
export const SHOWN = 3;

export interface StorageLimits {
  /** The soft limit rises by steps of this size, GiB. */
  readonly stepGib: number;
  /** No new generations beyond it, GiB. */
  readonly maxGib: number;
}

export interface StorageState {
  /** The soft limit as it stands, GiB. */
  readonly softGib: number;
  /** The last limit that was filled to 80 %, GiB; null while the first one is not. */
  readonly passedGib: number | null;
  readonly isBeyond: boolean;
}

/** Below this no limit is near, bytes. */
export const quietBytes = ({ stepGib, maxGib }: StorageLimits): number =>
  Math.floor(WARN_SHARE * Math.min(stepGib, maxGib) * GIB);

/**
 * How a user's files stand to the limits: the soft one is the first multiple of the step that they
 * fill to less than 80 %.
 */
export function storageState(usedBytes: number, { stepGib, maxGib }: StorageLimits): StorageState {
  const used = usedBytes / GIB;
  const firstGib = Math.min(stepGib, maxGib);
  const softGib = Math.min(maxGib, (Math.floor(used / (WARN_SHARE * stepGib)) + 1) * stepGib);
  if (used < WARN_SHARE * firstGib) return { softGib: firstGib, passedGib: null, isBeyond: false };
  const isAtMax = used >= WARN_SHARE * maxGib;
  const passedGib = isAtMax ? maxGib : Math.floor(used / (WARN_SHARE * stepGib)) * stepGib;
  return { softGib, passedGib, isBeyond: used > maxGib };
}

/** The largest projects and files by the names that their owner gave them; undefined = none. */
export function largestText(
  largest: readonly { name: string; bytes: number }[],
): string | undefined {
  const shown = largest.slice(0, SHOWN);
  return shown.map(({ name, bytes }) => `「${name}」(${sizeText(bytes)})`).join('、') || undefined;
}

function sizeText(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GB`;
  return `${Math.max(1, Math.round(bytes / 1024 ** 2))} MB`;
}
