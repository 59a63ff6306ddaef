import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SKETCHES, sketchName, sketchWords } from '../../src/domain/design/sketches.js';
import { briefByRules } from '../../src/domain/design/brief-by-rules.js';
import { lintPages, scriptsOf } from '../../test/support/page-scripts.js';
import { gamePart } from '../demo-model/games/kit.js';
import { sketchPage } from './sketches.js';

const pages = Object.fromEntries(SKETCHES.map((kind) => [sketchName(kind), sketchPage(kind)]));

/** The last script of a page, in a page of its own where `words` were sent to it. */
function worn(words: unknown, source = 'parent') {
  const listeners: Record<string, (event: object) => void> = {};
  const elements: Record<string, { textContent: string }> = {};
  const parent = { postMessage: () => undefined };
  const theme = {
    playerEmoji: '🥷',
    playerName: 'ninja',
    backgroundTop: '#000000',
    blockEmojis: ['🥷', '🍎'],
  };
  const page = {
    THEME: theme,
    rules: { hint: 'tap' },
    announced: [] as string[],
    document: {
      title: 'Sketch',
      getElementById: (id: string) => (elements[id] ??= { textContent: '' }),
    },
    CustomEvent: class {},
    dispatchEvent: () => true,
    addEventListener: (name: string, listener: (event: object) => void) => {
      listeners[name] = listener;
    },
    announce: (title: string) => page.announced.push(title),
    startGame: () => page.announced.push(page.document.title),
    parent,
  };
  const code = scriptsOf(pages['runner-en'] ?? '').at(-1)?.code ?? '';
  vm.runInNewContext(code, Object.assign(page, { window: page }));
  listeners['message']?.({
    source: source === 'parent' ? parent : page,
    data: { type: 'sketchWords', words },
  });
  return { page, elements };
}

/** Settings and rules of a page, without a screen: evaluates code between them. */
function playing(name: string): (code: string) => unknown {
  const html = pages[name] ?? '';
  const [, settings = '[]'] = /id="settings">([^]*?)<\/script>/.exec(html) ?? [];
  const scripts = scriptsOf(html).map(({ code }) => code);
  const rules = scripts.find((code) => code.includes('rules = {')) ?? '';
  const [isFlat, ruled] = [!rules.includes('import '), rules.slice(rules.indexOf('rules = {'))];
  const page = vm.createContext({
    ...{ WIDTH: 390, HEIGHT: 844, rules: null, addEventListener: () => undefined },
    ...{ pick: <T>(list: T[]) => list[0], random: () => 0, pace: () => 1, game: { level: 1 } },
    document: { getElementById: () => ({ textContent: settings }) },
  });
  vm.runInContext('window = globalThis', page);
  vm.runInContext(scripts.find((code) => code.includes('const CONFIG =')) ?? '', page);
  // A module of a 3D game begins with its scene, and ends by starting it.
  vm.runInContext(isFlat ? rules : ruled.slice(0, ruled.indexOf('\n};') + 3), page);
  return (code) => vm.runInContext(code, page) as unknown;
}

describe('a sketch', () => {
  it('is marked, speaks one language and names no model', () => {
    for (const [name, html] of Object.entries(pages)) {
      const word = name.endsWith('-en') ? 'Sketch' : 'スケッチ';
      expect(html, name).toContain(`<title>${word}</title>`);
      expect(html, name).toContain(`<b>${word}</b>`);
      expect(html, name).not.toMatch(/DEMO|[«»]/);
    }
  });

  it('has the ground of its game from its first paint on, before any script has run', () => {
    for (const [name, html] of Object.entries(pages)) {
      const [, top] = /"backgroundTop",.*?"value":"(#[0-9a-f]{6})"/i.exec(html) ?? [];
      const [, bottom] = /backgroundBottom: '(#[0-9a-f]{6})'/i.exec(html) ?? [];
      const [style = ''] = /<style>[^]*?<\/style>/.exec(html) ?? [];
      expect(style, name).toContain(`background: linear-gradient(${top}, ${bottom});`);
    }
  });

  it.each(['breakout', 'fishing', 'bubbles', 'cards', 'duel'] as const)(
    'of %s is played like the game of that kind, in both languages',
    (kind) => {
      const [, , about = ''] = gamePart(`engines/${kind}`).split('\n');
      for (const language of ['ja', 'en']) expect(pages[`${kind}-${language}`]).toContain(about);
    },
  );

  it('uses only names that exist, in either dimension', async () => {
    const { 'runner-en': flat = '', 'race-3d-ja': deep = '', 'fishing-en': fish = '' } = pages;
    await expect(lintPages({ flat, deep, fish })).resolves.toEqual([]);
  });

  it('takes on title, pitch, colours and figures of a brief', () => {
    const brief = briefByRules({
      ...{ request: 'a cat', dimension: '2d', styleId: null, language: 'en' },
    });
    const sprites = [{ name: 'hero', draws: 'a cat', fallback: '🐱 a circle' }];
    const { page, elements } = worn(sketchWords({ ...brief, title: '<i>Cat</i>', sprites }));
    expect(page.announced).toEqual(['<i>Cat</i>']);
    expect(elements['sketchTitle']?.textContent).toBe('<i>Cat</i>');
    expect(elements['sketchPitch']?.textContent).toBe(brief.pitch);
    expect(page.THEME).toMatchObject({
      backgroundTop: brief.palette.background,
      playerEmoji: '🐱',
      playerName: '🐱',
      blockEmojis: ['🐱', '🍎'],
    });
  });

  it.each([
    ['catch-ja', 'rules.hint', ['🍎', '🐝']],
    ['tap-ja', 'rules.hint', ['🐝', '🐼']],
    ['tap-ja', 'CONFIG.friendRate = 1; rules.start(); appear(); guests[0].emoji', ['🐼']],
    ['rhythm-ja', 'rules.hint', ['🍎']],
    ['idle-ja', 'rules.hint', ['🐼']],
    ['idle-ja', 'HELPERS[0].emoji + HELPERS[1].emoji + HELPERS[1].name', ['🍎', '🐝', 'ハチ']],
    ['race-3d-ja', 'CONFIG.goal = 0; rules.hint', ['🍎']],
  ])('names in %s the figures that it has taken on: %s', (name, said, figures) => {
    const page = playing(name);
    page(`Object.assign(THEME, { playerEmoji: '🐼', enemyEmoji: '🐝', itemEmoji: '🍎' });
      Object.assign(THEME, { playerName: '🐼', enemyName: 'ハチ', itemName: 'りんご' });`);
    for (const figure of figures) expect(page(said)).toContain(figure);
  });

  it('takes nothing that is no colour, no text, or of another sender', () => {
    const hostile = { title: {}, pitch: 7, palette: { background: 'url(x)' }, figures: [] };
    expect(worn(hostile).page.THEME.backgroundTop).toBe('#000000');
    expect(worn(null).page.announced).toEqual([]);
    expect(worn({ title: 'x' }, 'itself').page.announced).toEqual([]);
    expect([...worn({ title: 'x'.repeat(99) }).page.document.title]).toHaveLength(40);
  });
});
