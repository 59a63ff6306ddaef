import { chanceOf, type Chance } from '../../chance.js';
import { watchCallers } from './callers.js';

/** Of a caller, or a game, that draws so often at a time only each so-manieth call is looked at. */
const MANY = { ofCaller: 64, ofGame: 4_000, each: 64 } as const;

/**
 * Replaces every source of chance by one that is a function of `seed` (J4), with a stream for each
 * function of the game (P4): a function that draws once more changes nothing for the others.
 */
export function seedChance(seed: number, moment: () => number): void {
  const streams = new Map<string, Chance>();
  const callerOf = watchCallers();
  let [at, drawn, streak, last] = [-1, 0, 0, ''];
  const streamFor = (drawing: (...given: never[]) => unknown): Chance => {
    if (at !== moment()) [at, drawn, streak] = [moment(), 0, 0];
    const isOften = streak > MANY.ofCaller || drawn > MANY.ofGame;
    if (!isOften || drawn % MANY.each === 0) {
      const caller = callerOf(drawing);
      streak = caller === last ? streak + 1 : 0;
      last = caller;
    }
    drawn += 1;
    const stream = streams.get(last) ?? chanceOf(seed ^ hashOf(last));
    streams.set(last, stream);
    return stream;
  };
  const random = (): number => streamFor(random)();
  Math.random = random;
  if ('Crypto' in window) seedCrypto(streamFor);
}

function seedCrypto(streamFor: (drawing: (...given: never[]) => unknown) => Chance): void {
  const fill = (array: ArrayBufferView): ArrayBufferView => {
    const random = streamFor(fill);
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
    return array;
  };
  const uuid = (): string => {
    const random = streamFor(uuid);
    const digit = (): string => Math.floor(random() * 16).toString(16);
    return [8, 4, 4, 4, 12].map((size) => Array.from({ length: size }, digit).join('')).join('-');
  };
  Crypto.prototype.getRandomValues = fill as typeof Crypto.prototype.getRandomValues;
  Crypto.prototype.randomUUID = uuid as typeof Crypto.prototype.randomUUID;
}

/** Of names that differ little it differs in all its bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
