import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { TapeInputs } from '../contracts/game/tape.js';
import { pageProgram } from './programs.js';

interface Posted {
  type: string;
  inputs: { type: string }[];
  isOver: boolean;
}

/** The frame's script in a page of 195×422, whose frames come when the test lets them. */
function openPage({ isFramed = true } = {}) {
  const posted: Posted[] = [];
  const heard: [type: string, hear: (event: object) => void][] = [];
  const waiting: ((at: number) => void)[] = [];
  let now = 0;
  const dataset: Record<string, string> = {};
  class Target {
    constructor(
      readonly id: string,
      readonly textContent: string,
    ) {}
    closest(): Target | null {
      return this.id + this.textContent === '' ? null : this;
    }
  }
  const page: Record<string, unknown> = {
    addEventListener: (
      type: string,
      hear: (event: object) => void,
      how?: { signal?: AbortSignal },
    ) => how?.signal?.aborted === true || heard.push([type, hear]),
    requestAnimationFrame: (work: (at: number) => void) => waiting.push(work),
    performance: { now: () => now },
    console: { error: () => undefined },
    document: { documentElement: { dataset } },
    innerWidth: 195,
    innerHeight: 422,
    localStorage: { getItem: () => null },
    sessionStorage: { getItem: () => null },
    Element: Target,
    AbortController,
  };
  page['window'] = page;
  page['parent'] = isFramed
    ? { postMessage: (message: Posted) => void posted.push(structuredClone(message)) }
    : page;
  vm.runInContext(pageProgram('frame'), vm.createContext(page));
  const fire = (type: string, event: object = {}): void => {
    for (const [of, hear] of [...heard]) if (of === type) hear({ isTrusted: true, ...event });
  };
  const touch = (type: string, [x, y]: [number, number], more: object = {}): void => {
    const at = { pointerId: 1, button: 0, clientX: x, clientY: y };
    fire(`pointer${type}`, { ...at, target: new Target('', ''), ...more });
  };
  return {
    ...{ posted, dataset, waiting, fire, touch, Target },
    inputs: () => posted.flatMap(({ inputs }) => inputs),
    ask: (source: unknown = page['parent']) =>
      fire('message', { source, data: { type: 'recordPlay' } }),
    /** Frames, each so long after the one before. */
    frames: (count: number, ms: number) => {
      for (let frame = 0; frame < count; frame += 1) {
        now += ms;
        for (const work of waiting.splice(0)) work(now);
      }
    },
  };
}

describe("what is done in its owner's game (P4)", () => {
  it('is gathered by the time of its frames, at places of the screen of plays', () => {
    const page = openPage();
    page.ask();
    page.touch('down', [100, 200], { target: new page.Target('jump', 'Jump') });
    page.frames(3, 20);
    page.touch('up', [100, 200]);
    page.touch('down', [10, 10]);
    for (const x of [20, 30, 40, 50]) {
      page.touch('move', [x, 10]);
      page.frames(2, 20);
    }
    page.touch('up', [50, 10]);
    page.fire('keydown', { type: 'keydown', key: 'ArrowLeft' });
    page.frames(50, 20);
    expect(page.inputs()).toEqual([
      { type: 'down', atMs: 0, finger: 0, x: 200, y: 400, on: '#jump' },
      { type: 'up', atMs: 40, finger: 0 },
      { type: 'down', atMs: 40, finger: 0, x: 20, y: 20 },
      { type: 'move', atMs: 120, finger: 0, x: 60, y: 20 },
      { type: 'move', atMs: 200, finger: 0, x: 100, y: 20 },
      { type: 'up', atMs: 200, finger: 0 },
      { type: 'keyDown', atMs: 200, key: 'ArrowLeft' },
    ]);
    expect(TapeInputs.parse(page.inputs())).toHaveLength(7);
  });

  it('has two fingers and no third', () => {
    const page = openPage();
    page.ask();
    for (const pointerId of [7, 8, 9]) page.touch('down', [10, 10], { pointerId });
    page.touch('up', [10, 10], { pointerId: 7 });
    page.touch('down', [10, 10], { pointerId: 9 });
    page.frames(60, 20);
    expect(page.inputs()).toMatchObject([
      { type: 'down', finger: 0 },
      { type: 'down', finger: 1 },
      { type: 'up', finger: 0 },
      { type: 'down', finger: 0 },
    ]);
  });

  it('has no time in which the page was hidden or stood still', () => {
    const page = openPage();
    page.ask();
    page.touch('down', [10, 10]);
    page.frames(2, 9_000);
    page.touch('up', [10, 10]);
    page.frames(60, 20);
    expect(page.inputs().at(-1)).toMatchObject({ type: 'up', atMs: 100 });
  });

  it.each<[string, (page: ReturnType<typeof openPage>) => void]>([
    ['after a minute', (page) => page.frames(700, 100)],
    [
      'when the game says that it is over',
      (page) => {
        page.dataset['state'] = 'gameover';
        page.frames(60, 20);
      },
    ],
  ])('ends %s, and then nothing more is gathered', (_, end) => {
    const page = openPage();
    page.ask();
    page.touch('down', [10, 10]);
    end(page);
    expect(page.posted.map(({ isOver }) => isOver)).toContain(true);
    expect(page.waiting).toEqual([]);
  });

  it('is nothing that the page itself has made up, or a hand on its tools', () => {
    const page = openPage();
    page.ask();
    page.touch('down', [10, 10], { isTrusted: false });
    page.fire('keydown', { type: 'keydown', key: 'r', ctrlKey: true });
    page.fire('keydown', { type: 'keydown', key: 'a', repeat: true });
    expect(page.waiting).toEqual([]);
  });

  it.each<[string, (page: ReturnType<typeof openPage>) => void, boolean]>([
    ['it is not asked for', () => undefined, true],
    ['another window asks', (page) => page.ask({}), true],
    ['no page is around it, as in a play', (page) => page.ask(), false],
  ])('is not looked at where %s', (_, ask, isFramed) => {
    const page = openPage({ isFramed });
    ask(page);
    page.touch('down', [10, 10]);
    expect(page.waiting).toEqual([]);
    expect(page.posted).toEqual([]);
  });
});
