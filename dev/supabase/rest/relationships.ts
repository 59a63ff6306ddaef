import type { Catalog } from './catalog.js';
import { restError } from './errors.js';

/** How an embedded table is tied to its parent. */
export interface Relationship {
  readonly table: string;
  /** Column of the embedded table = column of the parent. */
  readonly pairs: readonly (readonly [inner: string, outer: string])[];
  /** At most one row: answered as an object, not as a list. */
  readonly isToOne: boolean;
}

/** The one foreign key between two tables; PGRST200 where there is none, PGRST201 for several. */
export async function findRelationship(
  catalog: Catalog,
  parent: string,
  target: string,
): Promise<Relationship> {
  const found = await catalog.find((known) => {
    const keys = known.foreignKeysBetween(parent, target);
    return keys.length > 0 ? keys : undefined;
  });
  const [key, ...others] = found ?? [];
  if (!key)
    throw restError(
      400,
      'PGRST200',
      `Could not find a relationship between '${parent}' and '${target}' in the schema cache`,
      `Searched for a foreign key relationship between '${parent}' and '${target}' in the schema ` +
        `'public', but no matches were found.`,
    );
  if (others.length > 0 || parent === target)
    throw restError(
      300,
      'PGRST201',
      `Could not embed because more than one relationship was found for '${parent}' and ` +
        `'${target}'`,
    );
  const isToOne = key.from === parent;
  const pairs = key.fromColumns.map((from, at): [string, string] => {
    const to = key.toColumns[at] ?? '';
    return isToOne ? [to, from] : [from, to];
  });
  return { table: target, pairs, isToOne: isToOne || key.isOneToOne };
}
