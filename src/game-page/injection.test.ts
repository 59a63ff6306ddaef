import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { injectScript } from './injection.js';

const SCRIPT = injectScript('');

describe('where the script goes', () => {
  it.each([
    [
      '<!DOCTYPE html><html><head><title>x</title></head>',
      '<!DOCTYPE html><html><head>',
      '<title>x</title></head>',
    ],
    ['<HTML><HEAD></HEAD><!-- <HEAD> -->', '<HTML><HEAD>', '</HEAD><!-- <HEAD> -->'],
    ['<HEAD></HEAD><head></head>', '<HEAD></HEAD><head>', '</head>'],
    ['<html><head lang="ja"></head>', '', '<html><head lang="ja"></head>'],
    ['no tags, but $& and $1', '', 'no tags, but $& and $1'],
  ])('in %j', (html, before, after) => {
    expect(injectScript(html)).toBe(before + SCRIPT + after);
  });
});

const BLOCK = '[{"name":"speed","value":1},{"name":"sky","value":"#000000"}]';

interface Page {
  posted: { type: string; errors?: { type: string }[]; [key: string]: unknown }[];
  fire: (type: string, event?: object) => void;
  /** Settings from the page around, or from somebody else. */
  tune: (values: object, from: 'parent' | 'stranger') => void;
  /** Text of the game's block of settings. */
  block: { textContent: string };
  logged: unknown[][];
  run: (code: string) => unknown;
}

/**
 * The script in a page whose storage is refused, as in a sandbox, with a clock that does not wait.
 */
function openPage(): Page {
  const posted: Page['posted'] = [];
  const logged: unknown[][] = [];
  const listeners: [type: string, listener: (event: object) => void][] = [];
  const page: Record<string, unknown> = {
    parent: {
      postMessage: (message: object, target: string) => {
        if (target === '*') posted.push(structuredClone(message) as never);
      },
    },
    addEventListener: (type: string, listener: (event: object) => void) =>
      listeners.push([type, listener]),
    console: { error: (...words: unknown[]) => logged.push(words) },
    setTimeout: (work: () => void) => work(),
  };
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(page, name, {
      configurable: true,
      get: () => {
        throw new Error('SecurityError');
      },
    });
  }
  const fire: Page['fire'] = (type, event = {}) => {
    for (const [of, listener] of listeners) if (of === type) listener(event);
  };
  const block = { textContent: BLOCK };
  page['document'] = { querySelector: () => block };
  page['CustomEvent'] = class {
    constructor(
      readonly type: string,
      readonly init: { detail: object },
    ) {}
  };
  // As the browser says it: false when a listener took the event.
  page['dispatchEvent'] = ({ type, init }: { type: string; init: object }) => {
    let isTaken = false;
    fire(type, { ...init, preventDefault: () => (isTaken = true) });
    return !isTaken;
  };
  page['window'] = page;
  const context = vm.createContext(page);
  vm.runInContext(SCRIPT.replace(/<\/?script>/g, ''), context);
  return {
    posted,
    logged,
    block,
    fire,
    tune: (values, from) =>
      fire('message', {
        source: from === 'parent' ? page['parent'] : {},
        data: { type: 'settings', values },
      }),
    run: (code): unknown => vm.runInContext(code, context),
  };
}

describe('what the script tells the page around the game', () => {
  it('an uncaught error, with the last part of its file name', () => {
    const page = openPage();
    page.fire('error', {
      message: 'boom',
      filename: 'http://h/game/~s/js/main.js?t=1',
      lineno: 3,
      colno: 7,
      error: { stack: 'at main' },
    });
    page.fire('error', { message: 'bare', filename: '', lineno: 0, colno: 0, error: null });
    expect(page.posted.at(-1)).toEqual({
      type: 'gameError',
      errors: [
        { type: 'error', message: 'boom', file: 'main.js', line: 3, column: 7, stack: 'at main' },
        { type: 'error', message: 'bare', file: 'unknown', line: 0, column: 0, stack: null },
      ],
    });
    expect(page.posted).toHaveLength(2);
  });

  it('a rejected promise and console.error, which still writes', () => {
    const page = openPage();
    page.fire('unhandledrejection', { reason: { message: 'no', stack: 'at x' } });
    page.fire('unhandledrejection', { reason: 'just a text' });
    page.run("console.error('score', { a: 1 }, 7)");
    expect(page.posted.at(-1)?.errors).toEqual([
      { type: 'unhandledrejection', message: 'no', stack: 'at x' },
      { type: 'unhandledrejection', message: 'just a text', stack: null },
      { type: 'console.error', message: 'score {"a":1} 7' },
    ]);
    expect(page.logged).toHaveLength(1);
  });

  it('never more than ten errors, and the sum after the page has loaded', () => {
    const page = openPage();
    for (let count = 0; count < 30; count += 1) page.run("console.error('again')");
    page.fire('load');
    const last = page.posted.at(-1);
    expect(last).toMatchObject({ type: 'gameLoaded', success: false, errorCount: 10 });
    expect(page.posted.every((message) => (message.errors?.length ?? 0) <= 10)).toBe(true);
  });

  it('success when nothing went wrong', () => {
    const page = openPage();
    page.fire('load');
    expect(page.posted).toEqual([{ type: 'gameLoaded', success: true, errorCount: 0, errors: [] }]);
  });
});

describe('storage that the sandbox refuses', () => {
  it.each(['localStorage', 'sessionStorage'])('%s works for as long as the page lives', (name) => {
    const { run } = openPage();
    expect(
      run(
        `${name}.setItem('best', 12); ${name}.best = ${name}.best + '0'; ${name}.getItem('best')`,
      ),
    ).toBe('120');
    expect(
      run(
        `[${name}.length, ${name}.key(0), ${name}.getItem('none'), ${name}.none, 'best' in ` +
          `${name}].join()`,
      ),
    ).toBe('1,best,,,true');
    expect(run(`Object.keys(${name}).join()`)).toBe('best');
    expect(run(`delete ${name}.best; ${name}.length`)).toBe(0);
    expect(run(`${name}.setItem('a', 1); ${name}.clear(); ${name}.length`)).toBe(0);
  });
});

describe('settings that are tuned', () => {
  it('stand in the block for a game that reads it, and are not taken by itself', () => {
    const page = openPage();
    page.tune({ speed: 2 }, 'parent');
    expect(page.block.textContent).toBe(BLOCK.replace('1', '2'));
    expect(page.posted).toEqual([{ type: 'settingsTaken', taken: false }]);
  });

  it('are told to a running game, which says that it took them', () => {
    const page = openPage();
    page.run(
      "addEventListener('settings', (event) => { got = event.detail; event.preventDefault() })",
    );
    page.tune({ speed: 2 }, 'parent');
    expect(page.run('got.speed')).toBe(2);
    expect(page.posted).toEqual([{ type: 'settingsTaken', taken: true }]);
  });

  it('come from the page around the game and from nobody else', () => {
    const page = openPage();
    page.tune({ speed: 2 }, 'stranger');
    expect(page.block.textContent).toBe(BLOCK);
    expect(page.posted).toEqual([]);
  });
});
