import type { Readable } from 'node:stream';
import { AppError } from '../../contracts/base/errors.js';

/** A line longer than this is not stream-json any more. */
const MAX_LINE_CHARS = 32 * 1024 * 1024;

/** Complete lines of a byte stream; characters and lines may be cut anywhere between two chunks. */
export async function* splitLines(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const pieces = decoder.decode(chunk as Buffer, { stream: true }).split('\n');
    pieces[0] = rest + (pieces[0] ?? '');
    rest = pieces.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS)
      throw new AppError('RunCrashed', 'the model program wrote an endless line');
    yield* pieces.filter((line) => line.trim() !== '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}
