import { MOMENT_MS, type TapeFacts } from '../../contracts/game/tape.js';
import type { ToldState } from './playing-state.js';

/** So long after a hit a game flashes, and its hero blinks. */
const HURT_MS = 1_500;
const LIVES = 'lives?|life|hp|hearts?|health|ライフ|残機|体力';
const LIVES_NAME = new RegExp(`(?:${LIVES})$`, 'i');
/** What others lose is wanted, and in a list each particle has a life. */
const OF_OTHERS = /boss|enem|foe|rival|\.\d/i;
const LIVES_LINE = new RegExp(`^[^\\p{L}]*(${LIVES})\\P{N}{0,3}(\\d+)`, 'iu');
const HEART = /[♥❤]/gu;

const isLives = (name: string): boolean => LIVES_NAME.test(name) && !OF_OTHERS.test(name);

/** Sees when a game takes a life, by what it declares and by the words on its screen. */
export class LossWatch {
  readonly lossesMs: number[] = [];
  private readonly left = new Map<string, number>();

  see(told: ToldState, atMs: number): void {
    for (const [name, count] of livesIn(told)) {
      if (count < (this.left.get(name) ?? count)) this.lossesMs.push(atMs);
      this.left.set(name, count);
    }
  }
}

function livesIn({ data, words, drawn }: ToldState): [name: string, count: number][] {
  const lines = [...words, ...drawn];
  const hearts = lines.join('').match(HEART)?.length;
  return [
    ...Object.entries(data).flatMap(([key, value]): [string, number][] =>
      isLives(key) ? [[key, Number(value)]] : [],
    ),
    ...lines.flatMap((line): [string, number][] => {
      const [, name, count] = LIVES_LINE.exec(line) ?? [];
      return name === undefined ? [] : [[`line ${name}`, Number(count)]];
    }),
    ...(hearts === undefined ? [] : [['hearts', hearts] as [string, number]]),
  ];
}

/** When lives were lost in a tape, in the game's time. */
export function lossesOf({ series }: Pick<TapeFacts, 'series'>): number[] {
  return Object.entries(series)
    .filter(([path]) => isLives(path))
    .flatMap(([, steps]) =>
      steps.flatMap(([at, value], index) =>
        Number(value) < Number(steps[index - 1]?.[1]) ? [at * MOMENT_MS] : [],
      ),
    );
}

/** Whether one of these losses is still to be seen at that time. */
export const isHurtAt = (lossesMs: readonly number[], atMs: number): boolean =>
  lossesMs.some((lossMs) => lossMs <= atMs && atMs - lossMs <= HURT_MS);
