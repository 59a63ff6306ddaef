import { parse } from 'acorn';
import fc from 'fast-check';
import { parse as parseHtml } from 'parse5';
import { describe, expect, it } from 'vitest';
import { checkCandidate } from '../../../src/runner/candidate/check.js';
import { FEATURES } from '../edits/features.js';
import { GameSource } from '../edits/source.js';
import { STYLE_IDS } from '../theme/palettes.js';
import { themeFromText } from '../theme/theme.js';
import { keysOf, PLACES } from '../tables.js';
import type { Dimension } from '../theme/types.js';
import { faultNamed } from '../faults.js';
import { settingsOf } from '../../../src/domain/game/game-settings.js';
import { lintPages, scriptsOf } from '../../../test/support/page-scripts.js';
import { composeGame, FEATURES_END } from './compose.js';
import { painterOf, sceneryScript } from './scenery.js';

/** One request an engine, and one in English. */
type Game = readonly [engine: string, request: string, dimension: Dimension, english: string];
const GAMES: readonly Game[] = [
  ['shooting', 'シューティング', '2d', 'a space shooter'],
  ['catch', '猫が魚を集める', '2d', 'a cat collects fish'],
  ['runner', '忍者がジャンプする', '2d', 'a ninja runner'],
  ['blocks', 'フルーツのパズル', '2d', 'a fruit puzzle'],
  ['tap', 'もぐらたたき', '2d', 'whack a mole'],
  ['quiz', '動物クイズ', '2d', 'an animal quiz'],
  ['maze', '迷路', '2d', 'a maze with ghosts'],
  ['board', '2048みたいなの', '2d', 'something like 2048'],
  ['idle', '牛を育成する放置ゲーム', '2d', 'a cow clicker'],
  ['battle', '勇者が魔王と戦うRPG', '2d', 'a turn-based battle with dragons'],
  ['rhythm', 'リズムゲーム', '2d', 'a rhythm game'],
  ['fishing', '釣りゲーム', '2d', 'a fishing game'],
  ['breakout', 'ブロック崩し', '2d', 'break the bricks with a ball'],
  ['bubbles', 'バブルシューター', '2d', 'a bubble shooter'],
  ['cards', '神経衰弱', '2d', 'a memory card game'],
  ['duel', '2人対戦のホッケー', '2d', 'air hockey for two players'],
  ['ride3d', 'レース', '3d', 'a car race'],
  ['shooting3d', 'シューティング', '3d', 'a space shooter'],
  ['stack3d', 'パズル', '3d', 'a puzzle'],
];

const gameOf = (request: string, dimension: Dimension, styleId: string | null = null): string =>
  composeGame(themeFromText(request, { styleId, dimension }));

function compile(html: string): void {
  for (const { code, isModule } of scriptsOf(html))
    parse(code, { ecmaVersion: 2023, sourceType: isModule ? 'module' : 'script' });
}

/** Judges a page as the runner judges what a model wrote. */
const judge = (html: string): Promise<string[]> =>
  checkCandidate({
    paths: ['index.html'],
    changed: [{ path: 'index.html', oldText: null, newText: html }],
    textOf: async (path) => (path === 'index.html' ? html : null),
  });

/** What a fault makes of a page. */
function spoiled(fault: string, html: string): string {
  const write = {
    type: 'tool_use' as const,
    name: 'Write',
    input: { file_path: 'index.html', content: html },
    share: 1,
  };
  const turn = faultNamed(fault)?.change?.(
    { blocks: [write], stopReason: 'tool_use' },
    { system: '', prompt: '', steps: [], tools: [] },
  );
  const [block] = turn?.blocks ?? [];
  return block?.type === 'tool_use' && typeof block.input.content === 'string'
    ? block.input.content
    : '';
}

const withAllFeatures = (html: string): string => {
  const { language } = new GameSource(html);
  const code = FEATURES.map((feature) => feature.code[language]).join('\n');
  return html.replace(FEATURES_END, () => `${code}\n${FEATURES_END}`);
};

const JAPANESE = /[^\n]*[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}][^\n]*/gu;

/** A page without the comments of its scripts and its own. */
function withoutComments(html: string): string {
  const comments: string[] = [];
  for (const { code, isModule } of scriptsOf(html))
    parse(code, {
      ...{ ecmaVersion: 2023, sourceType: isModule ? 'module' : 'script' },
      onComment: (_, __, start, end) => comments.push(code.slice(start, end)),
    });
  return comments
    .sort((a, b) => b.length - a.length)
    .reduce((text, comment) => text.replaceAll(comment, ''), html)
    .replace(/<!--[^]*?-->/g, '');
}

describe.each(GAMES)('the %s game', (engine, request, dimension, english) => {
  const html = gameOf(request, dimension);

  it('is the engine that the request asks for', () => {
    expect(themeFromText(request, { styleId: null, dimension }).engine).toBe(engine);
  });

  it('has scripts that compile, with the code of all features, too', () => {
    compile(html);
    expect(withAllFeatures(html)).not.toBe(html);
    compile(withAllFeatures(html));
  });

  it('shows no Japanese to whoever wished for it in English, with all features, too', () => {
    expect(themeFromText(english, { styleId: null, dimension }).engine).toBe(engine);
    const page = withAllFeatures(gameOf(english, dimension));
    compile(page);
    expect(page).toContain('<html lang="en">');
    expect(withoutComments(page).match(JAPANESE)).toBeNull();
    expect(withoutComments(html).match(JAPANESE)).not.toBeNull();
    expect(html).toContain('<html lang="ja">');
    expect(`${page}${withAllFeatures(html)}`).not.toMatch(/[«»]/);
  });

  it('is a well-formed page with a title that says DEMO in its source alone', () => {
    const errors: string[] = [];
    parseHtml(html, {
      onParseError: (error) => {
        errors.push(error.code);
      },
    });
    expect(errors).toEqual([]);
    expect(html).toMatch(/<title>[^<]+<\/title>/);
    expect(html).toContain('<!-- DEMO: ');
    expect(html).not.toContain('>DEMO<');
  });

  it('loads nothing from other hosts and keeps the rules for games', () => {
    expect(html.match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+/g)).toBeNull();
    expect(html).not.toMatch(/\balert\(|location\.reload|\bFog\b|;base64,|rest stays the same/);
    expect(html.includes('/vendor/three@0.187.0/three.module.js')).toBe(dimension === '3d');
  });

  it(
    'is a version that the runner accepts without a remark, and one that it refuses or ' +
      'remarks on when a fault has spoiled it',
    async () => {
      await expect(judge(html)).resolves.toEqual([]);
      await expect(judge(withAllFeatures(html))).resolves.toEqual([]);
      await expect(judge(spoiled('placeholder', html))).resolves.toEqual([
        expect.stringContaining('may leave a part out'),
      ]);
      await expect(judge(spoiled('broken-html', html))).rejects.toThrow('index.html');
    },
  );

  it('names what a person can tune in the language of the request', () => {
    const labelsOf = (wish: string) =>
      settingsOf(Buffer.from(gameOf(wish, dimension))).map(({ label = '' }) => label);
    for (const label of labelsOf('make a shooting game')) expect(label).toMatch(/^[A-Z][a-z ]+$/);
    for (const label of labelsOf('シューティング')) expect(label).not.toMatch(/[A-Za-z]/);
  });

  it('has settings that compile in every style', () => {
    for (const styleId of STYLE_IDS[dimension]) {
      const [settings] = scriptsOf(gameOf(request, dimension, styleId));
      parse(settings?.code ?? '', { ecmaVersion: 2023 });
    }
  });

  it('declares settings that a person can tune, and reads each of them', () => {
    const settings = settingsOf(Buffer.from(html));
    expect(settings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(engine === 'board' ? ['backgroundTop'] : ['speed', 'backgroundTop']),
    );
    const program = scriptsOf(html)
      .map(({ code }) => code)
      .join('\n');
    for (const { name } of settings) expect(program).toContain(`TUNED.${name}`);
  });
});

describe('a game', () => {
  it('uses only names that exist, with the code of all features, too', async () => {
    const pages = GAMES.flatMap(([engine, request, dimension]) => {
      const html = gameOf(request, dimension);
      return [
        [engine, html],
        [`${engine}-with-features`, withAllFeatures(html)],
      ];
    });
    await expect(lintPages(Object.fromEntries(pages) as Record<string, string>)).resolves.toEqual(
      [],
    );
  });

  it('carries the painter of its own place and of no other', () => {
    for (const place of keysOf(PLACES)) {
      expect(painterOf(place), place).toContain('still:');
      const script = sceneryScript(place);
      expect(keysOf(PLACES).filter((other) => script.includes(painterOf(other)))).toEqual([place]);
    }
  });

  it('compiles whatever the words are', () => {
    const nasty = fc.constantFrom(
      "'; alert(1); //",
      '</script><script>',
      '`${1}`',
      '\\',
      '"quotes" & <tags>',
      '改行\nあり',
      '名前は「</title>」のゲーム',
      '$& $1',
    );
    fc.assert(
      fc.property(
        fc.oneof(nasty, fc.string({ maxLength: 40 })),
        fc.constantFrom<Dimension>('2d', '3d'),
        (text, dimension) => {
          const html = gameOf(`タイトルは「${text}」にして、${text}のゲーム`, dimension);
          compile(html);
          expect(html.match(/<\/title>/g)).toHaveLength(1);
        },
      ),
      { numRuns: 40 },
    );
  });
});
