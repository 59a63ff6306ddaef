import { z } from 'zod';

/** Of a model's list what can be read, `most` of it. */
export const readable = <T>(schema: z.ZodType<T>, most: number) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap((each) => schema.safeParse(each).data ?? []).slice(0, most));

/** A text as JSON of a schema; null = it is none. */
export function parsedJson<S extends z.ZodType>(schema: S, text: string): z.output<S> | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
