import { describe, expect, it } from 'vitest';
import { composeGame } from '../../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../../dev/demo-model/theme/theme.js';
import type { Engine } from '../../../dev/demo-model/tables.js';
import type { Dimension } from '../../../dev/demo-model/theme/types.js';
import { STYLES } from '../../../src/domain/styles/styles.js';
import { play, PLAY_LIMIT_MS } from '../runner/play-bench.js';

/** A wish for each engine of the demo model. */
const WISHES: Readonly<Record<Dimension, readonly (readonly [Engine, string])[]>> = {
  '2d': [
    ['shooting', 'シューティング'],
    ['catch', '猫が魚を集める'],
    ['runner', '忍者がジャンプする'],
    ['blocks', 'フルーツのパズル'],
    ['tap', 'もぐらたたき'],
    ['quiz', '動物クイズ'],
    ['maze', '迷路'],
    ['board', '2048みたいなの'],
    ['idle', '牛の放置ゲーム'],
    ['battle', '勇者が魔王と戦うRPG'],
    ['rhythm', 'リズムゲーム'],
    ['fishing', '釣りゲーム'],
    ['breakout', 'ブロック崩し'],
    ['bubbles', 'バブルシューター'],
    ['cards', '神経衰弱'],
    ['duel', '2人対戦のホッケー'],
  ],
  '3d': [
    ['ride3d', 'レース'],
    ['shooting3d', 'シューティング'],
    ['stack3d', 'パズル'],
  ],
};

type Pair = readonly [styleId: string, engine: Engine, wish: string, dimension: Dimension];

/** Every engine in every style of its dimension. */
const EVERY_PAIR: readonly Pair[] = (['2d', '3d'] as const).flatMap((dimension) =>
  STYLES[dimension].flatMap(({ id }) =>
    WISHES[dimension].map(([engine, wish]) => [id, engine, wish, dimension] as const),
  ),
);

/**
 * Every style once, each on the next engine, unless TEST_PAIRS is `all`, which takes half an hour.
 * Engines read a style as colours and a way to draw, in one kit.
 */
const PAIRS =
  process.env['TEST_PAIRS'] === 'all'
    ? EVERY_PAIR
    : (['2d', '3d'] as const).flatMap((dimension) =>
        STYLES[dimension].map(({ id }, at): Pair => {
          const [engine, wish] = WISHES[dimension][at % WISHES[dimension].length]!;
          return [id, engine, wish, dimension];
        }),
      );

describe('no false alarm on the games of the demo model (J2)', () => {
  it('has all 31 styles and all 19 engines', () => {
    // Some styles have one name in both dimensions.
    const styles = new Set(PAIRS.map(([id, , , dimension]) => `${dimension} ${id}`));
    const engines = new Set(PAIRS.map(([, engine]) => engine));
    expect([styles.size, engines.size, EVERY_PAIR.length]).toEqual([31, 19, 340]);
  });

  it.each(PAIRS)(
    '%s, %s',
    async (styleId, engine, wish, dimension) => {
      const theme = themeFromText(wish, { styleId, dimension });
      expect(theme).toMatchObject({ engine, styleId });
      expect(await play(composeGame(theme))).toMatchObject({ verdict: 'plays', findings: [] });
    },
    PLAY_LIMIT_MS,
  );
});
