import type { IncomingMessage } from 'node:http';

/** Reads a request's body as text; null for more than `limitBytes`, which is not kept. */
export async function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limitBytes) parts.push(part);
  }
  return size > limitBytes ? null : Buffer.concat(parts).toString('utf8');
}
