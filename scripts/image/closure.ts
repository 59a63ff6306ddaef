import { existsSync } from 'node:fs';
import path from 'node:path';

interface LockEntry {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}
export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

/**
 * Direct dependencies that a program names in a string, as imports and lookups do; a subpath counts
 * as its package.
 */
export function namedPackages(program: string, dependencies: readonly string[]): string[] {
  return dependencies.filter((name) =>
    new RegExp(`["'\`]${name.replaceAll(/[/.]/g, '\\$&')}(/[^"'\`]*)?["'\`]`).test(program),
  );
}

/**
 * The folders of these packages and of everything that they need, as the lock file places them
 * (`node_modules/…`). Optional ones count where they are installed, as those of this platform are.
 * Throws for a required one that the lock file does not have.
 */
export function packageClosure(lock: Lock, roots: readonly string[], root: string): string[] {
  const found = new Set<string>();
  const waiting = roots.map((name) => placeOf(lock, '', name, true));
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (place === null || found.has(place)) continue;
    if (!existsSync(path.join(root, place))) continue;
    found.add(place);
    const entry = lock.packages[place] ?? {};
    for (const { name, isRequired } of needsOf(entry))
      waiting.push(placeOf(lock, place, name, isRequired));
  }
  return [...found].toSorted();
}

function needsOf(entry: LockEntry): { name: string; isRequired: boolean }[] {
  const optional = Object.keys(entry.optionalDependencies ?? {});
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [
    ...Object.keys(entry.dependencies ?? {}).map((name) => ({ name, isRequired: true })),
    ...peers.map((name) => ({ name, isRequired: true })),
    ...optional.map((name) => ({ name, isRequired: false })),
  ];
}

/** Where Node would find `name` from `from`; null for an optional one that is nowhere. */
function placeOf(lock: Lock, from: string, name: string, isRequired: boolean): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (!folder.endsWith('node_modules') && lock.packages[place]) return place;
    if (folder === '') break;
  }
  if (isRequired) throw new Error(`the lock file has no ${name} for ${from || 'the programs'}`);
  return null;
}
