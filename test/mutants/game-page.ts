import type { Mutation } from './mutation.js';

/** Rules that the programs in a game's page keep. */
export const GAME_PAGE_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'J2',
    breaks: 'what a game throws while it goes on is not heard',
    file: 'src/game-page/browser/play/clock.ts',
    find: 'return report(error);',
    replace: 'return undefined;',
    test: 'test/contract/runner/game-page.test.ts',
    named: 'a frame and a timer',
  },
  {
    rule: 'P0',
    breaks: 'a game hears of a mouse that the browser moves when it likes',
    file: 'src/game-page/browser/play/mouse.ts',
    find: 'event.isTrusted && !isOfFinger(event)',
    replace: 'event.isTrusted && !isOfFinger(event) && !event.isTrusted',
    test: 'test/contract/runner/lives.test.ts',
    named: 'P0',
  },
  {
    rule: 'P4',
    breaks: 'what a tape has touched is not found where the game has moved it',
    file: 'src/game-page/browser/play/hands.ts',
    find: 'on === undefined ? input : placeOf(on, x, y)',
    replace: 'on === undefined ? input : { x, y }',
    test: 'test/contract/runner/tapes.test.ts',
    named: 'a touch goes to',
  },
  {
    rule: 'P4',
    breaks: 'any window may have what a person does in a game',
    file: 'src/game-page/browser/frame/owner-play.ts',
    find: "source === window.parent && type === 'recordPlay'",
    replace: "type === 'recordPlay'",
    test: 'src/game-page/owner-play.test.ts',
  },
  {
    rule: 'P4',
    breaks: 'what one function draws of chance changes what another gets',
    file: 'src/game-page/browser/play/random.ts',
    find: 'chanceOf(seed ^ hashOf(last))',
    replace: "chanceOf(seed ^ hashOf(''))",
    test: 'src/game-page/chance.test.ts',
  },
  {
    rule: 'P0',
    breaks: 'what comes from outside comes between two frames',
    file: 'src/game-page/browser/play/main.ts',
    find: 'yieldInTurns((ms) => controller.runFor(ms));',
    replace: '',
    test: 'test/contract/runner/lives.test.ts',
    named: 'P0',
  },
];
