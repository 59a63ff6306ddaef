import { describe, expect, it } from 'vitest';
import type { PlayResult } from '../../contracts/game/play.js';
import type { Receipt } from '../../contracts/game/receipt.js';
import { findingOf } from '../../domain/playing/playing-words.js';
import { reportOf } from '../../domain/playing/playing.js';
import { playWords } from './play-words.js';

const unseen = {
  sheet: null,
  screen: null,
  card: null,
  loop: null,
  tapes: null,
  states: [],
  moments: [],
};
const resultOf = (receipt?: Receipt, evidence = ''): PlayResult => ({
  ...reportOf([findingOf('exception', 'touched', evidence)], [], { needs: [], gameTree: 'a1' }),
  ...{ ...unseen, tookMs: 1 },
  ...(receipt && { receipt }),
});
const receipt: Receipt = {
  ...{ tapes: 2, isSame: false, most: null, same: [], gained: [] },
  lost: [{ kind: 'control', what: '#jump' }],
  changed: [
    { kind: 'speed', what: 'state.rocks.0.y', ratio: 1.5 },
    { kind: 'moves', what: 'state.rocks.1.y' },
  ],
  neverRan: [{ file: 'index.html', from: 7, to: 9 }],
};

describe('P6: what the writer reads of a play', () => {
  it('names all that a change took, by the names of its own code, as data', () => {
    const words = playWords(resultOf(receipt), 1);
    expect(words).toMatch(/no more; bring it back[^\n]*\n> the game answered to this: #jump\n/);
    expect(words).toContain('> this had its speed: state.rocks.0.y (now 1.5 times)\n');
    expect(words).toContain('> this moved: state.rocks.1.y (now in another way)\n');
    expect(words).toContain('> index.html: lines 7-9\n');
    expect(words).not.toMatch(/New:|fix it|as it was: this change/);
    expect(playWords(resultOf({ ...receipt, isSame: true }), 1)).toContain('shows in none of them');
  });

  it('says what its own names of shapes mean, where it has any', () => {
    const drawn = { ...receipt, lost: [{ kind: 'count' as const, what: 'drawn.disc 64' }] };
    expect(playWords(resultOf(drawn), 1)).toContain('pixels wide');
    expect(playWords(resultOf(receipt), 1)).not.toContain('pixels wide');
  });

  it('tells a change of looks from one that shows nowhere', () => {
    const none = { ...receipt, lost: [], changed: [], neverRan: [] };
    expect(playWords(resultOf(none), 1)).toContain('in nothing but looks');
    expect(playWords(resultOf({ ...none, isSame: true }), 1)).not.toContain('but looks');
  });

  it('tells the states from the first to the end, not each letter that appears', () => {
    const state = (scene: number, word: string): string =>
      `touched: [[["scene","${scene}"]],[],["${word}"]]`;
    const letters = Array.from({ length: 9 }, (_, at) => state(0, 'w'.repeat(at)));
    const scenes = Array.from({ length: 9 }, (_, at) => state(at + 1, ''));
    const end = 'end: over after 9000 ms; it was begun again';
    const words = playWords({ ...resultOf(), states: [...letters, ...scenes, end] }, 1);
    expect(words.match(/"scene","\d+"/g)).toEqual([0, 2, 4, 6, 8].map((at) => `"scene","${at}"`));
    expect(words).toContain(`> ${end}`);
  });

  it('names no time of an end that the first play did not see', () => {
    const seen = { isOver: true, isWon: false, afterMs: 22_400, scoreMoved: true };
    const endsIn = (state: string) => playWords({ ...resultOf(), seen, states: [state] }, 1);
    expect(endsIn('end: it was not over while it was played')).toContain(
      'It was over in a later play, not in the 22 s of the first. The score changed.',
    );
    expect(endsIn('end: over after 22400 ms; it was begun again')).toContain('over after 22 s.');
    const early = { ...resultOf(), seen: { ...seen, afterMs: 2_432 } };
    expect(playWords(early, 1)).toContain('It was over after 2 s: a player who only looks');
  });

  it('says that it was never won, with the code that has to be reached', () => {
    const idleWin = ["index.html:63: scene = 'win';"];
    const words = playWords({ ...resultOf(), idleWin }, 1);
    expect(words).toContain("can bring it about:\n> index.html:63: scene = 'win';\n");
    expect(playWords(resultOf(), 1)).not.toContain('never won');
  });

  it('is short, and ends with the plays that are left', () => {
    const long = { ...receipt, lost: Array(20).fill({ kind: 'words', what: 'w'.repeat(200) }) };
    const words = playWords(resultOf(long, 'e'.repeat(400)), 2);
    expect(words.length).toBeLessThanOrEqual(3_001);
    expect(words).toMatch(/Plays left: 2\.$/);
  });
});
