const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function renamed<V>(
  values: Readonly<Record<string, V>>,
  nameOf: (key: string) => string,
): Record<string, V> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [nameOf(key), value]));
}

/** Fields under the names of columns: `{ userId }` → `{ user_id }`, after an optional prefix. */
export const toSnakeCase = (fields: object, prefix = ''): Record<string, unknown> =>
  renamed(fields as Record<string, unknown>, (key) => prefix + snakeCase(key));

/** The reverse; nested values keep their names. */
export const toCamelCase = <V>(columns: Readonly<Record<string, V>>): Record<string, V> =>
  renamed(columns, camelCase);
