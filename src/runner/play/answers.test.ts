import { describe, expect, it } from 'vitest';
import {
  MOMENT_MS,
  TapeInputs,
  type Answer,
  type TapeFacts,
  type TapeInput,
} from '../../contracts/game/tape.js';
import { answersOf, controlsOf, type Control } from './answers.js';
import type { TapeToRun } from './tape-run.js';
import { NO_FACTS } from '../../../test/support/tape-facts.js';

const BEGIN: readonly TapeInput[] = [
  { type: 'down', atMs: 500, finger: 0, x: 1, y: 1 },
  { type: 'up', atMs: 566, finger: 0 },
];

/** A game in which something else is seen after each input that it hears, until it is over. */
function game(hears: (input: TapeInput) => boolean, overMs = Infinity) {
  const lives: TapeToRun[] = [];
  const run = async (life: TapeToRun): Promise<TapeFacts> => {
    lives.push(life);
    const moments = Math.floor(life.forMs / MOMENT_MS) + 1;
    const names = Array.from({ length: moments }, (_, at) => {
      const heard = life.inputs.filter(
        (input) => input.atMs < Math.min(at * MOMENT_MS, overMs) && hears(input),
      );
      return heard.length;
    });
    const phases: [number, string][] = overMs === Infinity ? [] : [[overMs / MOMENT_MS, 'over']];
    return { ...NO_FACTS, moments, names, phases };
  };
  return { lives, run };
}
const yes = (answers: Record<string, Answer>): string[] =>
  Object.keys(answers).filter((name) => answers[name]);

describe('controls of a game (P4)', () => {
  const controls = controlsOf([
    { x: 10, y: 10, name: '#jump' },
    { x: 20, y: 20, name: 'はじめる' },
    { x: 30, y: 30, name: '#jump' },
    { x: 40, y: 40 },
  ]);

  it('are what hands and keys can do, and each element by its name', () => {
    const names = controls.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['tap middle', 'swipe left', 'two fingers']));
    expect(names.slice(-2)).toEqual(['#jump', 'はじめる']);
    for (const { inputs } of controls) expect(TapeInputs.parse(inputs)).toEqual(inputs);
  });

  it('answer when anything is otherwise than without them', async () => {
    const { run } = game(
      (input) => input.type === 'move' || (input.type === 'keyDown' && input.key === ' '),
    );
    expect(yes(await answersOf(run, BEGIN, controls))).toEqual(
      controls
        .map(({ name }) => name)
        .filter((name) => /^(drag|swipe|left stick|two fingers|key Space)/.test(name)),
    );
  });

  it('are tried after what begins the game, one for a life while they answer', async () => {
    const { run, lives } = game(() => true);
    const answers = await answersOf(run, BEGIN, controls);
    expect(yes(answers)).toHaveLength(controls.length);
    expect(lives).toHaveLength(controls.length + 1);
    for (const { inputs } of lives) expect(inputs.slice(0, 2)).toEqual(BEGIN);
  });

  it('take few lives where none answers', async () => {
    const { run, lives } = game(({ atMs }) => atMs < 600);
    expect(yes(await answersOf(run, BEGIN, controls))).toEqual([]);
    expect(lives.length).toBeLessThan(controls.length / 2 + 2);
  });

  it('are tried before a game is over by itself', async () => {
    const last = controls.at(-1) as Control;
    const isLast = (input: TapeInput): boolean => input.type === 'down' && input.on === last.name;
    const { run } = game(isLast, 2_200);
    expect(yes(await answersOf(run, BEGIN, controls))).toEqual([last.name]);
  });

  it('answer when they end the game', async () => {
    const { run } = game(() => false);
    const ending = async (life: TapeToRun): Promise<TapeFacts> => {
      const facts = await run(life);
      const keyMs = life.inputs.find(({ type }) => type === 'keyDown')?.atMs;
      if (keyMs === undefined) return facts;
      return { ...facts, names: facts.names.slice(0, keyMs / MOMENT_MS + 1), stopped: 'freeze' };
    };
    const answers = await answersOf(ending, BEGIN, controls);
    expect(yes(answers)).toEqual(
      controls.map(({ name }) => name).filter((name) => /^key/.test(name)),
    );
  });
});
