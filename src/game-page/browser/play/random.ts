/** Replaces every source of chance by one that is a function of `seed` (J4). */
export function seedChance(seed: number): void {
  let chance = seed >>> 0;
  const random = (): number => {
    chance = (chance + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(chance ^ (chance >>> 15), chance | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  Math.random = random;
  const fill = (array: ArrayBufferView): ArrayBufferView => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
    return array;
  };
  const digits = (size: number): string =>
    Array.from({ length: size }, () => Math.floor(random() * 16).toString(16)).join('');
  if (!('Crypto' in window)) return;
  Crypto.prototype.getRandomValues = fill as typeof Crypto.prototype.getRandomValues;
  Crypto.prototype.randomUUID = () =>
    [8, 4, 4, 4, 12].map(digits).join('-') as ReturnType<typeof crypto.randomUUID>;
}
