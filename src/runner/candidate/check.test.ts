import { describe, expect, it } from 'vitest';
import { WELCOME_PAGE } from '../../domain/game/welcome-page.js';
import { splitFinalText, takeHtmlBlock } from './answer-text.js';
import { checkCandidate } from './check.js';
import { editsOf } from './edits.js';
import { assertCandidatePaths } from './paths.js';
import { findPlaceholder } from './placeholders.js';

const CODE = `const canvas = document.getElementById('c'); const context = \
canvas.getContext('2d'); let x = 0;
function frame() { x = (x + 1) % 390; context.clearRect(0, 0, 390, 844); context.fillRect(x, 400, \
44, 44); requestAnimationFrame(frame); }
requestAnimationFrame(frame);`;
const page = (head: string, script = `<script>${CODE}</script>`): string =>
  `<!DOCTYPE html><html><head>${head}</head><body><canvas id="c"></canvas>${script}</body></html>`;

type Files = Record<string, string>;

/** What the check says of these files, which come after `old`. */
async function findingsOf(files: Files, old: Files = {}): Promise<string[]> {
  const changed = Object.entries(files)
    .filter(([path, text]) => old[path] !== text)
    .map(([path, newText]) => ({ path, oldText: old[path] ?? null, newText }));
  return checkCandidate({
    paths: Object.keys(files),
    changed,
    textOf: async (path) => files[path] ?? null,
  });
}

/** `ok`, or `kind/reason` of the refusal. */
async function verdict(files: Files): Promise<string> {
  try {
    await findingsOf(files);
    return 'ok';
  } catch (error) {
    const { kind, details } = error as { kind: string; details: { reason: string } };
    return `${kind}/${details.reason}`;
  }
}

describe('E2: a candidate is a game that can run', () => {
  it.each([
    ['one classic script', page('')],
    [
      'tag soup that every browser mends',
      `<title>x</title><canvas id=c><div><p>a<script>${CODE}</script>`,
    ],
    [
      'a module with an import map from our own libraries',
      page(
        '<script ' +
          'type="importmap">{"imports":{"three":"/vendor/three@0.187.0/three.module.js"}}</script>',
        `<script type="module">import * as THREE from 'three'; await 0; ${CODE}</script>`,
      ),
    ],
    [
      'shaders and templates, which are not code',
      page(
        '',
        '<script type="x-shader/x-vertex">void main() { }</script><script ' +
          `type="text/template">{{ not code</script><script>${CODE}</script>`,
      ),
    ],
    [
      'an SVG with a script of its own kind',
      page('', `<svg><script>this is { not js</script></svg><script>${CODE}</script>`),
    ],
    [
      'a closing tag inside a string, as one must write it',
      page('', `<script>const t = '<\\/script>'; ${CODE}</script>`),
    ],
  ])('accepts %s', async (_name, html) => {
    expect(await verdict({ 'index.html': html })).toBe('ok');
  });

  it.each([
    ['no page', { 'game.html': page('') }, 'no-page'],
    ['the welcome page', { 'index.html': WELCOME_PAGE }, 'welcome-page'],
    [
      'a page cut in its script',
      { 'index.html': page('').split('</script>')[0] ?? '' },
      'page-cut',
    ],
    [
      'a page cut in its style',
      { 'index.html': '<!DOCTYPE html><html><head><style>body { margin: 0' },
      'page-cut',
    ],
    ['a page cut in a tag', { 'index.html': `${page('')}<div class="a` }, 'page-cut'],
    ['a page cut in a comment', { 'index.html': `${page('')}<!-- and now` }, 'page-cut'],
    [
      'a classic script that does not compile',
      { 'index.html': page('', `<script>${CODE} let x = 1;</script>`) },
      'script-broken',
    ],
    [
      'a module that does not compile',
      { 'index.html': page('', `<script type="module">${CODE} import { from 'x';</script>`) },
      'script-broken',
    ],
    [
      'an import map that is no JSON',
      { 'index.html': page('<script type="importmap">{"imports":{</script>') },
      'script-broken',
    ],
    [
      'import outside a module',
      { 'index.html': page('', `<script>import * as THREE from 'three'; ${CODE}</script>`) },
      'script-broken',
    ],
    ['text without code', { 'index.html': page('', '<p>a game, really</p>') }, 'no-game'],
    [
      'a script of its own that is not there',
      { 'index.html': page('', '<script src="js/main.js"></script>') },
      'script-missing',
    ],
    [
      'a library that is not served',
      {
        'index.html': page(
          '',
          `<script src="/vendor/kit@0.0.1/2d.js"></script><script>${CODE}</script>`,
        ),
      },
      'script-missing',
    ],
    [
      'a script of its own that does not compile',
      {
        'index.html': page('', '<script src="./js/main.js?v=1"></script>'),
        'js/main.js': `${CODE} }`,
      },
      'script-broken',
    ],
    [
      'a script outside the project',
      { 'index.html': page('', '<script src="../../x.js"></script>') },
      'script-missing',
    ],
  ] as [string, Record<string, string>, string][])('refuses %s', async (_name, files, reason) => {
    expect(await verdict(files)).toBe(`CandidateInvalid/${reason}`);
  });

  it('accepts a game in several files, and compiles those', async () => {
    const short = `import { Game } from './b.js';\nnew Game().start();`;
    expect(
      await verdict({
        'index.html': page('', '<script type="module" src="js/main.js"></script>'),
        'js/main.js': short,
        'js/b.js': CODE,
      }),
    ).toBe('ok');
    expect(
      await verdict({
        'index.html': page('', '<script type="module" src="js/main.js"></script>'),
        'js/main.js': `import './b.js';\n${CODE}`,
        'js/b.js': 'export {};',
      }),
    ).toBe('ok');
  });

  it('tells on which line of the page the code breaks', async () => {
    const html =
      `<!DOCTYPE html>\n<html><body>\n<script>\n${CODE}\nlet ` + 'y = ;\n</script></body></html>';
    await expect(
      checkCandidate({ paths: ['index.html'], changed: [], textOf: async () => html }),
    ).rejects.toThrow(/line 7: Unexpected token/);
  });

  it(
    'tells of a remark that may stand for code left out, in any changed file, but not of one ' +
      'that was there before',
    async () => {
      const css = 'body {}\n/* ... existing code ... */\n';
      expect(await findingsOf({ 'index.html': page(''), 'css/a.css': css })).toEqual([
        'css/a.css may leave a part out: /* ... existing code ... */',
      ]);
      expect(
        await findingsOf(
          { 'index.html': page(''), 'css/a.css': `${css}p {}\n` },
          { 'css/a.css': css },
        ),
      ).toEqual([]);
    },
  );

  it.each([
    '// 残りはそのまま残す',
    '// 残りの敵はそのまま残す',
    '// 以降はすべて同じです',
    '// 他の部分は変更なし',
    '// 元の処理をそのまま使う',
    '// 既存の関数はそのまま',
    '// 以下省略',
    '// the rest of the game logic runs at 60fps',
    '// Reset the rest of the game',
    '// the rest stays here',
    '// the remaining lines are as before',
    '/* existing code goes here when the level ends */',
    '// previous logic is unchanged while paused',
    '// ... existing enemies keep moving',
    '// put the game code here to sleep until the next tap',
    '<!-- rest of the HTML -->',
  ])('E2: the comment %s never refuses a page that plays', async (comment) => {
    const script = comment.startsWith('<!--')
      ? `${comment}<script>${CODE}</script>`
      : `<script>${CODE}\n${comment}\n</script>`;
    expect(await findingsOf({ 'index.html': page('', script) })).toBeInstanceOf(Array);
  });
});

describe('placeholders', () => {
  it.each([
    '// ... existing code',
    '// ... rest of the code stays the same',
    '/* rest unchanged: everything else is the same */',
    '<!-- rest of the HTML -->',
    '// (rest of the game logic remains unchanged)',
    '// existing functions here',
    '// previous code stays as is',
    '  ...rest of code...',
    '// 以下省略',
    '以下省略',
    '// 残りのコードは同じ',
    '/* 以下、変更なし */',
    '// 既存のコードはそのまま',
    '// （中略）',
    '<!-- 他の部分は省略 -->',
    '// ここにゲームの処理を書く',
    '// your code here',
    '// add game logic here',
    '// omitted for brevity',
    '// ... (同じ) ... existing code ...',
    '[rest of the file]',
  ])('finds %s', (line) => {
    expect(findPlaceholder(`let a = 1;\n${line}\nlet b = 2;`, null)).toBe(line.trim());
  });

  it.each([
    '// Draw the rest of the stars behind the player',
    "const text = 'The rest is the same as before';",
    '// keep the same speed for all enemies',
    "ctx.fillText('残り 3', 10, 10);",
    '// 残り時間を表示',
    '// 敵の残りが同じ色なら消す',
    '// same as the player hitbox',
    'const args = [...existing, item];',
    '// reset the existing enemies',
    '// 既存の敵を消す',
    '// 前半は遅く、後半は速い',
    '// その他の色',
    '* remaining lives are shown here',
    'const { a, ...rest } = options; // rest is passed on',
    'draw(...other); // the other ones',
    "say('以下の敵を倒せ');",
    '// 略奪者が出る',
    '// returns the previous score',
    '...remaining.map((item) => item.id),',
    '// 途中でそのまま落ちる敵',
    '// 他の敵と同じ速さで動く',
  ])('leaves %s alone', (line) => {
    expect(findPlaceholder(line, null)).toBeNull();
  });
});

describe('paths of a candidate', () => {
  it.each(['.ai-context/x.json', 'a/.env', 'CLAUDE.md', '-x.js', 'a/b/c/d/e/f/g/h/i.js'])(
    'may not be %j',
    (path) => {
      expect(() => assertCandidatePaths(['index.html', path])).toThrow(
        expect.objectContaining({ kind: 'CandidateRefused' }) as Error,
      );
    },
  );
});

describe('what a run leaves to be told', () => {
  it.each([
    [
      'できました!\n\n提案: 敵を増やす、音を付ける、色を変える',
      'できました!',
      ['敵を増やす', '音を付ける', '色を変える'],
    ],
    ['できました!\n**提案**:「速く」、「遅く」 \n', 'できました!', ['速く', '遅く']],
    ['提案：一つだけ', '', ['一つだけ']],
    ['提案: これは途中の行\nで、終わり', '提案: これは途中の行\nで、終わり', []],
    ['何もない', '何もない', []],
  ])('splits %j', (text, message, suggestions) => {
    expect(splitFinalText(text)).toEqual({ message, suggestions });
  });

  it('takes a whole page out of an answer, and leaves a snippet in it', () => {
    expect(takeHtmlBlock('前\n```html\n<!DOCTYPE html><html></html>\n```\n後')).toEqual({
      html: '<!DOCTYPE html><html></html>\n',
      rest: '前\n\n後',
    });
    expect(takeHtmlBlock('```html\n<div></div>\n```')).toBeNull();
  });

  it(
    'lists changed places with their neighbours, so that applying them to the old text gives ' +
      'the new one',
    () => {
      const oldText = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n');
      const newText = oldText
        .replace('line 3\n', 'line 3\ninserted $& line\n')
        .replace('line 20\n', '')
        .replace('line 29', 'end');
      const edits = editsOf([{ path: 'index.html', oldText, newText }], false);
      expect(edits).toHaveLength(3);
      expect(
        edits.reduce((text, edit) => text.replace(edit.old_string, () => edit.new_string), oldText),
      ).toBe(newText);
      expect(editsOf([{ path: 'a.js', oldText: null, newText: 'new' }], false)).toEqual([
        { path: 'a.js', old_string: '', new_string: 'new' },
      ]);
      expect(editsOf([{ path: 'a.js', oldText: null, newText: 'new' }], true)).toEqual([]);
      expect(
        editsOf([{ path: 'a.js', oldText: 'x', newText: 'y'.repeat(300_000) }], false),
      ).toEqual([]);
    },
  );
});
