import { describe, expect, it } from 'vitest';
import { composeGame } from '../../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../../dev/demo-model/theme/theme.js';
import type { Dimension, Engine } from '../../../dev/demo-model/theme/types.js';
import { STYLES } from '../../../src/domain/styles.js';
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
  ],
  '3d': [
    ['ride3d', 'レース'],
    ['shooting3d', 'シューティング'],
    ['stack3d', 'パズル'],
  ],
};

/**
 * Every style once, each on the next engine: all 403 pairs would take two hours. Engines read a
 * style as colours and a way to draw, in one kit.
 */
const PAIRS = (['2d', '3d'] as const).flatMap((dimension) =>
  STYLES[dimension].map(({ id }, at) => {
    const wishes = WISHES[dimension];
    const [engine, wish] = wishes[at % wishes.length]!;
    return [id, engine, wish, dimension] as const;
  }),
);

describe('no false alarm on the games of the demo model (J2)', () => {
  it('has all 31 styles and all 13 engines', () => {
    expect([PAIRS.length, new Set(PAIRS.map(([, engine]) => engine)).size]).toEqual([31, 13]);
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
