import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** `input`: what a sender may write. `output`: what a reader is promised, and nothing beside it. */
type Direction = 'input' | 'output';

/** A schema as JSON Schema. Named schemas go into `named` and are referred to. */
export function jsonSchemaOf(schema: z.ZodType, named: JsonObject, io: Direction): JsonObject {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      simplify(jsonSchema as JsonObject);
    },
  }) as unknown as JsonObject;
  for (const [name, defined] of Object.entries(
    (made['$defs'] ?? {}) as { [name: string]: JsonObject },
  ))
    named[name] = referring(defined);
  const { id } = made;
  if (typeof id !== 'string') return referring(made);
  named[id] = referring(made);
  return { $ref: `#/components/schemas/${id}` };
}

/**
 * What says nothing is left out: the bounds of JavaScript's numbers, and patterns beside a format.
 */
function simplify(schema: JsonObject): void {
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['format'] !== undefined) delete schema['pattern'];
}

/** As part of a document that keeps its schemas elsewhere. */
function referring(schema: JsonObject): JsonObject {
  const own = Object.fromEntries(
    Object.entries(schema).filter(([key]) => !['$schema', '$defs', 'id'].includes(key)),
  );
  return JSON.parse(
    JSON.stringify(own).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as JsonObject;
}
