import type { AssetFile } from '../../../store/mirror/asset-copies.js';
import type { RepoState } from '../../../store/mirror/mirror.js';

/** What has to go over for one side: commits `have..want` of the line. */
export interface Gap {
  readonly have: string | null;
  readonly want: string;
  readonly revisions: number;
}

export interface SyncPlan {
  /** Null = that side holds everything that there is. */
  readonly toVolume: Gap | null;
  readonly toMirror: Gap | null;
  /** Where `main` of both belongs; null = neither side has any version. */
  readonly main: string | null;
  readonly problem: string | null;
}

/**
 * Compares both stores with the line of published revisions (newest first), which alone defines the
 * versions (E4): each side is brought to the newest revision that either has. An unpublished `main`
 * is reported and left as it is, for an operator.
 */
export function planSync(line: readonly string[], mirror: RepoState, volume: RepoState): SyncPlan {
  const newestIn = ({ has }: RepoState): number => {
    const held = new Set(has);
    const place = line.findIndex((revision) => held.has(revision));
    return place === -1 ? line.length : place;
  };
  const [inMirror, inVolume] = [newestIn(mirror), newestIn(volume)];
  const newest = Math.min(inMirror, inVolume);
  const want = line[newest];
  if (want === undefined)
    return {
      toVolume: null,
      toMirror: null,
      main: null,
      problem: line.length === 0 ? null : 'no version of it is in either store',
    };
  const gap = (place: number): Gap | null =>
    place === newest ? null : { have: line[place] ?? null, want, revisions: place - newest };
  const problems = [
    ...(newest === 0
      ? []
      : [`the newest ${newest === 1 ? 'version is' : `${newest} versions are`} in neither store`]),
    ...strayMain(line, 'mirror', mirror),
    ...strayMain(line, 'Volume', volume),
  ];
  return {
    toVolume: gap(inVolume),
    toMirror: gap(inMirror),
    main: want,
    problem: problems.join('; ') || null,
  };
}

function strayMain(line: readonly string[], where: string, { head }: RepoState): string[] {
  return head === null || line.includes(head)
    ? []
    : [`main of the ${where} stands at a commit that is no published version`];
}

export interface AssetPlan {
  readonly toVolume: readonly string[];
  readonly toMirror: readonly string[];
  readonly problem: string | null;
}

/**
 * Names are contents: what one side lacks comes from the other. A damaged copy (another size) is
 * reported, never overwritten.
 */
export function planAssets(
  mirror: readonly AssetFile[],
  volume: readonly AssetFile[],
  maxBytes: number,
): AssetPlan {
  const inMirror = new Map(mirror.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const inVolume = new Map(volume.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const lacking = (files: readonly AssetFile[], there: ReadonlyMap<string, number>) =>
    files.filter(({ name }) => !there.has(name));
  const [toVolume, toMirror] = [lacking(mirror, inVolume), lacking(volume, inMirror)];
  const differing = mirror
    .filter(({ name, sizeBytes }) => (inVolume.get(name) ?? sizeBytes) !== sizeBytes)
    .map(({ name }) => name);
  const tooLarge = [...toVolume, ...toMirror]
    .filter(({ sizeBytes }) => sizeBytes > maxBytes)
    .map(({ name }) => name);
  const problems = [
    ...(differing.length > 0
      ? [`${differing.length} asset(s) are damaged on one side, the first: ${differing[0]}`]
      : []),
    ...(tooLarge.length > 0
      ? [`${tooLarge.length} asset(s) are larger than ${maxBytes} bytes, the first: ${tooLarge[0]}`]
      : []),
  ];
  const sendable = (files: readonly AssetFile[]) =>
    files.filter(({ sizeBytes }) => sizeBytes <= maxBytes).map(({ name }) => name);
  return {
    toVolume: sendable(toVolume),
    toMirror: sendable(toMirror),
    problem: problems.join('; ') || null,
  };
}
