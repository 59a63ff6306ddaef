import { z } from 'zod';
import { toCamelCase } from '../base/case.js';

/**
 * The projections of a project: `brief`, what frames say of one project; `list`, what lists say of
 * each; `news`, what followers are sent when it changes (K2); `spec`, what the model is given with
 * every message; `copy`, what a remix or a rerun takes over; `edit`, what `renameProject` sets.
 */
type Projection = 'brief' | 'list' | 'news' | 'spec' | 'copy' | 'edit';

const column = <S extends z.ZodType, const P extends readonly Projection[]>(
  schema: S,
  ...projections: P
) => ({ schema, projections });

/**
 * The columns of `projects`, each with its projections (N3). All are selected: a client is answered
 * the raw row with every column of V2's (rest.md §5), also those that this code does not use.
 */
const COLUMNS = {
  id: column(z.string(), 'brief', 'list'),
  user_id: column(z.string()),
  name: column(z.string(), 'brief', 'list', 'news', 'copy', 'edit'),
  is_public: column(z.boolean()),
  remixed_from: column(z.string().nullable(), 'list'),
  created_at: column(z.string(), 'brief', 'list'),
  updated_at: column(z.string(), 'brief', 'list'),
  game_type: column(z.string().nullable()),
  storage_path: column(z.string().nullable()),
};
type Columns = typeof COLUMNS;
type Shape = { [K in keyof Columns]: Columns[K]['schema'] };

type Camel<K extends string> = K extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : K;
/** The fields of a projection, under the names that clients know. */
type Fields<P extends Projection> = {
  [
    K in keyof Columns as P extends Columns[K]['projections'][number] ? Camel<K> : never
  ]: Columns[K]['schema'];
};

function projection<P extends Projection>(name: P): z.ZodObject<Fields<P>> {
  const fields = Object.entries(COLUMNS).flatMap(([key, { schema, projections }]) =>
    (projections as readonly Projection[]).includes(name) ? [[key, schema] as const] : [],
  );
  return z.object(toCamelCase(Object.fromEntries(fields))) as unknown as z.ZodObject<Fields<P>>;
}

/** The row as the database answers it. */
export const ProjectColumns = z.object(
  Object.fromEntries(
    Object.entries(COLUMNS).map(([key, { schema }]) => [key, schema]),
  ) as unknown as Shape,
);

/** A project as frames show it (websocket.md §6). */
export const ProjectBrief = projection('brief');
export type ProjectBrief = z.infer<typeof ProjectBrief>;
export const ListedProject = projection('list');
export const ProjectNews = projection('news');
export const ProjectSpec = projection('spec');
export type ProjectSpec = z.infer<typeof ProjectSpec>;
export const ProjectCopy = projection('copy');
export type ProjectCopy = z.infer<typeof ProjectCopy>;

export const ProjectEdits = projection('edit');
export type ProjectEdits = z.infer<typeof ProjectEdits>;

/** The projection of a row of any table, for example `projected(ProjectBrief, row)`. */
export function projected<S extends z.ZodType>(
  schema: S,
  row: Readonly<Record<string, unknown>>,
): z.output<S> {
  return schema.parse(toCamelCase(row));
}
