import { SAME_POINTS } from '../../domain/playing/playing.js';
import { rowsApart, type Shot } from './shots.js';

/** Where no square has this part of what has moved, the world has: a hero is in its middle. */
const MOST_OF_IT = 0.6;
/** A place is as good as the best where it shows this part of what the best one shows. */
const AS_GOOD = 0.97;

/**
 * The row at which the square that a card shows begins: the square has the width of the screen, and
 * holds the most of what has moved since the moment before, in its middle where that is possible.
 * Where nothing has moved, or everything, it is the middle of the screen; 0 of a screen that is not
 * upright.
 */
export function cardTop(shot: Shot, before: Shot | null): number {
  const { width: side, height } = shot;
  const last = Math.max(0, height - side);
  const middle = Math.round(last / 2);
  const isAlike = before?.width === side && before.height === height;
  const rows = isAlike ? rowsApart(shot, before) : [];
  const all = sumOf(rows);
  const shown = windowSums(rows, side);
  const most = Math.max(...shown);
  if (last === 0 || all < SAME_POINTS || most < all * MOST_OF_IT) return middle;
  const good = [...shown.keys()].filter((top) => (shown[top] ?? 0) >= most * AS_GOOD);
  const wished = centreOf(rows, good[0] ?? 0, (good.at(-1) ?? 0) + side) - side / 2;
  return good.reduce((best, top) =>
    Math.abs(top - wished) < Math.abs(best - wished) ? top : best,
  );
}

/** For each first row, the sum of `side` rows from there on. */
function windowSums(rows: readonly number[], side: number): number[] {
  let sum = sumOf(rows.slice(0, side));
  const sums = [sum];
  for (let top = 1; top + side <= rows.length; top += 1) {
    sum += (rows[top + side - 1] ?? 0) - (rows[top - 1] ?? 0);
    sums.push(sum);
  }
  return sums;
}

/** The row around which the changes of a part of the rows lie. */
function centreOf(rows: readonly number[], from: number, to: number): number {
  const part = rows.slice(from, to);
  const weight = part.reduce((sum, points, at) => sum + points * at, 0);
  return from + weight / Math.max(1, sumOf(part));
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
