import { describe, expect, it } from 'vitest';
import type { PlayFinding, StopCode } from '../../contracts/game/play.js';
import {
  foundTwice,
  isSettled,
  judgeLives,
  judgePlay,
  PLAYER_VERSION,
  reportOf,
  seedOf,
  seenIn,
  type LivedRun,
  type Play,
  type Run,
} from './playing.js';
import { stateText } from './playing-state.js';
import { deafFinding, findingOf, type DeafIn } from './playing-words.js';

const calm: Run = {
  thrown: [],
  violations: [],
  missing: [],
  stopped: null,
  states: ['a', 'b', 'c'],
  inks: [5_000, 5_000],
  stageInks: [],
  scrolled: 0,
  overAtMs: null,
  endedAtMs: 20_000,
  waitedUntilMs: null,
  movedUntilMs: 20_000,
  restart: 'notTried',
  keysFrom: { state: 2, image: 1 },
};

function play(touched: Partial<Run> = {}, more: Partial<Play> = {}, all: Partial<Run> = {}): Play {
  return {
    untouched: [
      { ...calm, ...all },
      { ...calm, ...all },
    ],
    touched: { ...calm, states: ['a', 'x', 'x'], ...all, ...touched },
    drift: [0, 0],
    change: [0, 0],
    elsewhere: { runs: [], deaf: [] },
    ...more,
  };
}

const stoppedBy = (code: StopCode): Run['stopped'] => ({ code, when: 'touched', what: '' });
const codes = (given: Play) => {
  const { hard, notes } = judgePlay(given);
  return [hard.map(({ code }) => code), notes.map(({ code }) => code)];
};
const thrown = (text: string, isRejection = false, times = 2): Partial<Run> => ({
  thrown: Array.from({ length: times }, () => ({ when: 'loading', atMs: 0, text, isRejection })),
});
const deafIn = (...deaf: DeafIn[]): Partial<Play> => ({ elsewhere: { runs: [], deaf } });

describe('P3: what lives say about a game that is well by its first runs', () => {
  const life = (more: Partial<LivedRun>): LivedRun[] => [
    { ...calm, why: 'stopped', isDeaf: false, ...more },
  ];
  const keysOnly = [findingOf('keys-only', 'touched')];
  const unbegun = life({ isDeaf: true, why: 'unbegun' });

  it.each<[string, LivedRun[], string[], string[], PlayFinding[]]>([
    ['nothing', [], [], [], []],
    ['what one has met', life(thrown('TypeError: kill')), ['exception'], [], []],
    ['what hurts nothing', life(thrown('Error: x', false, 1)), [], ['exception-once'], []],
    [
      'the same where keys alone are heard',
      life(thrown('E', false, 1)),
      ['exception'],
      [],
      keysOnly,
    ],
    ['a freeze', life({ stopped: stoppedBy('freeze') }), ['freeze'], [], []],
    ['the end of one', life({ restart: 'stuck', why: 'stuck' }), ['dead-end'], [], []],
    ['over at once', life({ overAtMs: 1_700, why: 'soonOver' }), ['instant-death'], [], []],
    ['one that goes as if untouched', life({ isDeaf: true, why: 'deaf' }), ['deaf'], [], []],
    ['a second finger unheard', life({ isDeaf: true, why: 'twoFingers' }), ['deaf'], [], []],
    ['a title that touches do not leave, though others do', unbegun, [], [], []],
    ['a title that keys alone leave', unbegun, ['deaf'], [], keysOnly],
  ])('%s', (_, lived, hard, notes, known) => {
    const found = judgeLives(lived, known);
    expect(found.hard.map(({ code }) => code)).toEqual(hard);
    expect(found.notes.map(({ code }) => code)).toEqual(notes);
  });

  it('notes nothing twice', () => {
    const known = [findingOf('exception-once', 'loading', 'y')];
    expect(judgeLives(life(thrown('Error: x', false, 1)), known).notes).toEqual([]);
  });
});

describe('what a play says about a game (J2)', () => {
  it.each<[string, Play, string[], string[]]>([
    ['plays', play(), [], []],
    ['an exception', play(thrown('TypeError: x')), ['exception'], []],
    ['an exception that hurts nothing', play(thrown('Error: x', false, 1)), [], ['exception-once']],
    [
      'the same on a dense screen alone',
      play({}, { elsewhere: { runs: [{ ...calm, ...thrown('Error: x') }], deaf: [] } }),
      ['exception'],
      [],
    ],
    ['an unhandled rejection', play(thrown('Error: level', true)), ['exception'], []],
    ['sound that a browser refuses', play(thrown('NotAllowedError: x', true)), [], ['rejection']],
    ['the same, thrown', play(thrown('NotAllowedError: x')), ['exception'], []],
    ['blank in all images', play({}, {}, { inks: [10, 0] }), ['blank'], []],
    ['blank and deaf', play({ states: calm.states }, {}, { inks: [10, 0] }), ['blank'], []],
    ['a canvas that is black below its title', play({ stageInks: [0, 0, 10] }), ['blank'], []],
    ['a canvas that is black at first', play({ stageInks: [0, 0, 900] }), [], []],
    ['a black first image', play({}, {}, { inks: [0, 900] }), [], []],
    ['a task without an end', play({ stopped: stoppedBy('freeze') }), ['freeze'], []],
    ['too much memory', play({ stopped: stoppedBy('memory') }), ['memory'], []],
    ['too much data', play({ stopped: stoppedBy('disk') }), ['disk'], []],
    ['no answer', play({ states: calm.states }), ['deaf'], []],
    [
      'no answer, left alone until it is over',
      play({ states: [...calm.states, 'over', 'over'], restart: 'stuck' }),
      ['deaf'],
      [],
    ],
    ['an answer in pixels only', play({ states: calm.states }, { change: [90, 0] }), [], []],
    ['no answer on a dense screen', play({}, deafIn('devicePixelRatio 3')), ['deaf'], []],
    ['no answer once it was hidden', play({}, deafIn('visibilitychange')), ['deaf'], []],
    ['no answer anywhere', play({ states: calm.states }, deafIn('visibilitychange')), ['deaf'], []],
    ['a cursor', play({ states: calm.states }, { change: [9, 0] }), ['deaf'], []],
    ['an answer to keys only', play({ states: ['a', 'b', 'x'] }), [], ['keys-only']],
    [
      'one image of another moment',
      play({ states: calm.states }, { drift: [0, 0, 90], change: [0, 0, 90] }),
      ['deaf'],
      [],
    ],
    [
      'pixels that drift by themselves',
      play({ states: calm.states }, { drift: [90, 90], change: [90, 90] }),
      [],
      ['unsteady'],
    ],
    ['no way back', play({ restart: 'stuck' }), ['dead-end'], []],
    ['a new round', play({ restart: 'restarted', overAtMs: 900 }), [], []],
    ['over at once', play({}, {}, { overAtMs: 400 }), ['instant-death'], []],
    [
      'over at the touch that begins it',
      play({ waitedUntilMs: 500, overAtMs: 800 }),
      ['instant-death'],
      [],
    ],
    [
      'what the policy forbids',
      play({ violations: [{ when: 'loading', directive: 'img-src', blocked: 'x' }] }),
      ['csp'],
      [],
    ],
    [
      'sound that phones would not play',
      play({ violations: [{ when: 'loading', directive: 'autoplay', blocked: 'sound' }] }),
      [],
      ['rejection'],
    ],
    ['a page that moves', play({ scrolled: 120 }), ['scrolls'], []],
    ['a file that is not there', play({ missing: ['/a.png'] }), [], ['missing-file']],
  ])('%s', (_, given, hard, notes) => {
    expect(codes(given)).toEqual([hard, notes]);
  });

  it.each<[string, Play, boolean]>([
    ['one that answers', play(), true],
    [
      'one that answers in pixels',
      play({ states: calm.states, keysFrom: { state: 2, image: 2 } }, { change: [0, 90] }),
      true,
    ],
    ['one that does something else by itself', play({ states: ['b', 'x', 'x'] }), false],
    ['one that looks otherwise by itself', play({}, { change: [90, 90] }), false],
    ['one that answers to keys alone', play({ states: ['a', 'b', 'x'] }), false],
    ['one that answers to nothing', play({ states: calm.states }), false],
    ['one with a fault', play(thrown('TypeError: x')), false],
    ['one without images', play({}, { drift: [], change: [] }), false],
  ])('P1: a second run without a touch is spared of %s: %#', (_, given, is) => {
    expect(isSettled(given, 1)).toBe(is);
  });

  it('counts what is found again, an exception by its own words', () => {
    const exception = (text: string) => findingOf('exception', 'loading', text);
    const scrolls = (px: string) => findingOf('scrolls', 'touched', px);
    expect(foundTwice([exception('a'), scrolls('9 px')], [scrolls('8 px')])).toEqual([
      scrolls('9 px'),
    ]);
    expect(foundTwice([exception('a')], [exception('b')])).toEqual([]);
    const dense = deafFinding('devicePixelRatio 3');
    expect(foundTwice([dense], [findingOf('deaf', 'touched'), dense])).toEqual([dense]);
    expect(foundTwice([dense], [deafFinding('visibilitychange')])).toEqual([]);
    // A page that takes all it can is stopped by memory once and by the processor the other time.
    const [memory, freeze] = [findingOf('memory', 'loading'), findingOf('freeze', 'loading')];
    expect(foundTwice([memory], [freeze])).toEqual([memory]);
    expect(foundTwice([exception('a')], [freeze])).toEqual([]);
  });

  it.each([
    [['0', '0', '30'], 12_300.4, { isOver: true, afterMs: 12_300, scoreMoved: true }],
    [['0', '0'], null, { isOver: false, afterMs: 20_000, scoreMoved: false }],
    [[], null, { isOver: false, afterMs: 20_000, scoreMoved: null }],
  ])('tells how long it went on and whether the score moved: %j', (scores, overAtMs, seen) => {
    const told = scores.map((score) => stateText({ data: { score }, words: [], drawn: [] }));
    const states = told.length > 0 ? told : [stateText({ data: {}, words: ['7'], drawn: [] })];
    expect(seenIn({ states, overAtMs, endedAtMs: 20_000 })).toEqual(seen);
  });

  it('J4: is unplayed, never broken, when the page needs what a play cannot give', () => {
    const hard = [findingOf('blank', 'loading')];
    const place = { gameTree: '00000003', needs: ['https://unpkg.com/x'] };
    expect(reportOf(hard, [], place)).toMatchObject({ verdict: 'unplayed', findings: [] });
    expect(reportOf(hard, [], { ...place, needs: [] })).toEqual({
      verdict: 'broken',
      findings: hard,
      notes: [],
      reason: '',
      gameTree: '00000003',
      seed: 3,
      player: PLAYER_VERSION,
    });
    expect(seedOf('00000010'.padEnd(64, 'f'))).toBe(16);
  });
});
