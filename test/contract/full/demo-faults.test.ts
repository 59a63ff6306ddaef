import { describe, expect, it } from 'vitest';
import { curesFor, GAME_FAULTS, withFault } from '../../../dev/demo-model/faulty-games.js';
import { composeGame } from '../../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../../dev/demo-model/theme/theme.js';
import { codesOf, play, PLAY_LIMIT_MS } from '../runner/play-bench.js';

const WISH = '2Dのキャッチゲームを作って';
const GAME = composeGame(themeFromText(WISH, { dimension: '2d', styleId: null }));
/** What their repairs do is a test of its own (dev/demo-model/faulty-games.test.ts). */
const NEVER_MENDED = ['incurable', 'worse', 'oscillates'];
/** What a play does not find: it is for the judge. */
const FOR_A_JUDGE = ['unmet'];

describe('the faulty games of the demo model', () => {
  it.each(GAME_FAULTS.filter((name) => ![...NEVER_MENDED, ...FOR_A_JUDGE].includes(name)))(
    '%s is found, and gone when it is mended',
    async (name) => {
      const faulty = withFault(GAME, name);
      const [, finding = ''] = /data-finding="([a-z-]+)"/.exec(faulty) ?? [];
      expect(codesOf(await play(faulty))).toEqual([finding]);
      const [cure] = curesFor(faulty, [finding]);
      const mended = faulty.replace(cure?.oldString ?? '', () => cure?.newString ?? '');
      expect(await play(mended)).toMatchObject({ verdict: 'plays', findings: [] });
    },
    PLAY_LIMIT_MS * 2,
  );

  it(
    'unmet plays, and says so in its state until it is mended',
    async () => {
      const faulty = withFault(GAME, 'unmet');
      const said = async (html: string) => (await play(html)).states.join('\n');
      expect(await play(faulty)).toMatchObject({ verdict: 'plays', findings: [] });
      expect(await said(faulty)).toContain('["check","unmet"]');
      const [cure] = curesFor(faulty, ['unmet']);
      expect(await said(faulty.replace(cure?.oldString ?? '', ''))).not.toContain('"unmet"');
    },
    PLAY_LIMIT_MS * 3,
  );
});
