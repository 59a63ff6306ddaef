import type { Catalog, ForeignKey } from './catalog.js';
import { restError } from './errors.js';
import type { Embed } from './parse-select.js';

/** How an embedded table hangs on its parent. */
export interface Relationship {
  readonly table: string;
  /** Column of the embedded table = column of the parent. */
  readonly pairs: readonly { readonly inner: string; readonly outer: string }[];
  /** One row at most: answered as an object, not as a list. */
  readonly isToOne: boolean;
}

/**
 * Finds the one foreign key that an embed speaks of; refuses when there is none (PGRST200) or a
 * choice (PGRST201).
 */
export async function findRelationship(
  catalog: Catalog,
  parent: string,
  embed: Embed,
): Promise<Relationship> {
  const found = await catalog.find((known) => {
    const candidates = candidatesFor(known, parent, embed);
    return candidates.length > 0 ? candidates : undefined;
  });
  if (!found) {
    throw restError(
      400,
      'PGRST200',
      `Could not find a relationship between '${parent}' and '${embed.target}' in the schema cache`,
      `Searched for a foreign key relationship between '${parent}' and ` +
        `'${embed.target}'${embed.hint ? ` using the hint '${embed.hint}'` : ''} in the ` +
        `schema 'public', but no matches were found.`,
    );
  }
  const [only, ...others] = found;
  if (!only || others.length > 0) {
    throw restError(
      300,
      'PGRST201',
      `Could not embed because more than one relationship was found for '${parent}' and ` +
        `'${embed.target}'`,
      null,
      `Try '${embed.target}!<foreign key>' with one of: ` +
        `${found.map(({ key }) => key.name).join(', ')}`,
    );
  }
  return only.relationship;
}

interface Candidate {
  readonly key: ForeignKey;
  readonly relationship: Relationship;
}

function candidatesFor(catalog: Catalog, parent: string, { target, hint }: Embed): Candidate[] {
  const byTable = catalog.relation(target) ? catalog.foreignKeysBetween(parent, target) : [];
  // `author:user_id(name)` and `author:projects_user_id_fkey(name)` name the key in place of the
  // table.
  const keys = byTable.length > 0 ? byTable : catalog.foreignKeysCalled(parent, target);
  const wanted =
    hint === undefined
      ? keys
      : keys.filter(
          (key) =>
            key.name === hint || key.fromColumns.includes(hint) || key.toColumns.includes(hint),
        );
  return wanted.flatMap((key) => {
    const candidates: Candidate[] = [];
    if (key.from === parent)
      candidates.push({
        key,
        relationship: { table: key.to, isToOne: true, pairs: pair(key.toColumns, key.fromColumns) },
      });
    // A table that refers to itself is embedded upwards by its key's name and downwards by its own.
    const isDownwards = key.to === parent && (key.from !== parent || byTable.length > 0);
    if (isDownwards)
      candidates.push({
        key,
        relationship: {
          table: key.from,
          isToOne: key.isOneToOne,
          pairs: pair(key.fromColumns, key.toColumns),
        },
      });
    return candidates;
  });
}

const pair = (inner: readonly string[], outer: readonly string[]): Relationship['pairs'] =>
  inner.map((column, at) => ({ inner: column, outer: outer[at] ?? '' }));
