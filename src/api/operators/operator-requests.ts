import type { Response } from 'express';
import type { z } from 'zod';
import { refuse } from '../guards/route-guards.js';

/** What was sent, by its schema; null after it was refused with the name of what is wrong. */
export function read<T extends z.ZodType>(
  res: Response,
  schema: T,
  sent: unknown,
): z.output<T> | null {
  const parsed = schema.safeParse(sent);
  if (parsed.success) return parsed.data;
  refuse(res, 400, `Invalid ${String(parsed.error.issues[0]?.path[0] ?? 'body')}`);
  return null;
}

/** A page, and how many come before the next one. */
export async function pageOf<T>(
  { skip, limit }: { skip: number; limit: number },
  ask: (part: { skip: number; limit: number }) => Promise<T[]>,
): Promise<{ page: T[]; next: number | null }> {
  const found = await ask({ skip, limit: limit + 1 });
  return { page: found.slice(0, limit), next: found.length > limit ? skip + limit : null };
}
