import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { GitObject } from './git-ids.js';

const pack = promisify(deflate);
const TYPES = { commit: 1, tree: 2, blob: 3 } as const;

/** A git pack of these objects, each once, as `git index-pack --strict` takes it. */
export async function writePack(objects: readonly GitObject[]): Promise<Buffer> {
  const once = [...new Map(objects.map((object) => [object.oid, object])).values()];
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(once.length, 8);
  const parts: Buffer[] = [head];
  for (const { type, body } of once) parts.push(sizeOf(type, body.length), await pack(body));
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

/** Type and size of an object: four bits of the size first, then seven at a time. */
function sizeOf(type: GitObject['type'], length: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(length / 16);
  let byte = (TYPES[type] << 4) | (length & 15);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}
