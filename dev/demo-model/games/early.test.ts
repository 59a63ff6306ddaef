import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { themeFromText } from '../theme/theme.js';
import type { Dimension } from '../theme/types.js';
import { composeGame } from './compose.js';

type Listener = (event: Record<string, unknown>) => void;

/** As much of a browser as the first scripts of a page touch. */
function browser() {
  const listeners: [string, Listener][] = [];
  const addEventListener = (name: string, listener: Listener) => {
    listeners.push([name, listener]);
  };
  const canvas = {
    style: {},
    textContent: '[]',
    addEventListener,
    setPointerCapture: () => undefined,
    getContext: () => ({ fillStyle: '#000000' }),
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
  };
  const page: Record<string, unknown> = {
    innerWidth: 390,
    innerHeight: 844,
    addEventListener,
    navigator: {},
    localStorage: { getItem: () => null },
    document: {
      title: 'ゲーム',
      body: { style: {} },
      getElementById: () => canvas,
      querySelectorAll: () => [canvas],
      createElement: () => canvas,
    },
  };
  page['window'] = page;
  const fire = (name: string, finger: Record<string, number> = {}) => {
    const event: Record<string, unknown> = {
      key: 'Enter',
      clientX: 9,
      clientY: 9,
      pointerId: 1,
      preventDefault: () => 0,
      detail: {},
    };
    Object.assign(event, finger);
    for (const [heard, listener] of listeners) if (heard === name) listener(event);
  };
  return { context: vm.createContext(page), fire };
}

function scriptsOf(request: string, dimension: Dimension): string[] {
  const html = composeGame(themeFromText(request, { styleId: null, dimension }));
  return [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code]) => code ?? '');
}

/** The classic scripts of a game of that wish that come before the game's own one. */
function kitOf(request: string, dimension: Dimension): string[] {
  const kit = scriptsOf(request, dimension);
  return kit.slice(0, kit.findIndex((code) => code.includes('進行:')) + 1);
}

describe('a page that is touched before it has loaded', () => {
  it.each([
    ['レース', '3d'],
    ['シューティング', '2d'],
  ] as const)('%s (%s) throws nothing, after whichever script', (request, dimension) => {
    const { context, fire } = browser();
    for (const code of kitOf(request, dimension)) {
      vm.runInContext(code, context);
      for (const name of ['resize', 'pointerdown', 'keydown'])
        expect(
          () => {
            fire(name);
          },
          `${name} after ${code.slice(0, 60)}`,
        ).not.toThrow();
    }
  });
});

it('two fingers move both sides of a duel at once, each its own', () => {
  const { context, fire } = browser();
  for (const code of scriptsOf('2人対戦のホッケー', '2d').slice(0, -1))
    vm.runInContext(code, context);
  vm.runInContext('rules.start()', context);
  fire('pointerdown', { pointerId: 1, clientX: 330, clientY: 700 });
  fire('pointerdown', { pointerId: 2, clientX: 60, clientY: 120 });
  const xs = (): number[] => {
    vm.runInContext('rules.update(0.1)', context);
    return [...(vm.runInContext('sides.map(({ x }) => x)', context) as number[])];
  };
  const [above = 0, below = 0] = xs();
  expect(above).toBeLessThan(120);
  expect(below).toBeGreaterThan(270);
  fire('pointerup', { pointerId: 1 });
  fire('pointermove', { pointerId: 2, clientX: 200, clientY: 120 });
  expect(xs()[0]).toBeGreaterThan(above);
  expect(xs()[1]).toBeGreaterThan(270);
});
