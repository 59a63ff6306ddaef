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

  it('takes nothing that is no colour, no text, or of another sender', () => {
    const hostile = { title: {}, pitch: 7, palette: { background: 'url(x)' }, figures: [] };
    expect(worn(hostile).page.THEME.backgroundTop).toBe('#000000');
    expect(worn(null).page.announced).toEqual([]);
    expect(worn({ title: 'x' }, 'itself').page.announced).toEqual([]);
    expect([...worn({ title: 'x'.repeat(99) }).page.document.title]).toHaveLength(40);
  });
});
