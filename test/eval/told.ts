const NEAREST = new RegExp(
  '近い|代わりに|かわりに|分からなかった|わからなかった|型がない' +
    '|nearest|closest|instead|could not tell',
  'i',
);

/** Is a player told that a game is not quite what was wished for? */
export function isNearestTold(said: string): boolean {
  return NEAREST.test(said);
}
