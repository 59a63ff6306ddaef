import { describe, expect, it } from 'vitest';
import { findingOf } from '../../src/domain/playing/playing-words.js';
import { repairPrompt } from '../../src/domain/playing/repair-prompt.js';
import { chatPrompt, chatSystemPrompt } from '../../src/domain/chat/chat-prompt.js';
import { generationPrompt, systemPrompt } from '../../src/domain/generation/generation-prompt.js';
import {
  publishInfoPrompt,
  publishInfoSystemPrompt,
} from '../../src/domain/publishing/publish-prompt.js';
import { videoPrompt, videoSystemPrompt } from '../../src/domain/game/video-prompt.js';
import { findStyle } from '../../src/domain/styles/styles.js';
import { decideNextTurn, textOfRead, wantsNewGame } from './conversation.js';
import { composeGame } from './games/compose.js';
import { readPrompt } from './request-text.js';
import { themeFromText } from './theme/theme.js';
import type { AnswerBlock, MessagesRequest, Turn } from './wire/messages.js';

const TOOLS = ['Read', 'Write', 'Edit', 'Glob', 'Grep'].map((name) => ({ name }));
const GAME = composeGame(themeFromText('シューティング'));

type Result = string | { error: string };
const numbered = (text: string): string =>
  text
    .split('\n')
    .map((line, i) => `${i + 1}\t${line}`)
    .join('\n');

/** Plays the client: answers every tool call by `results` until the model ends its turn. */
function converse(
  prompt: string,
  results: (block: AnswerBlock & { type: 'tool_use' }) => Result,
  tools = TOOLS,
  system = '',
): Turn[] {
  const messages: MessagesRequest['messages'] = [{ role: 'user', content: prompt }];
  const turns: Turn[] = [];
  for (let round = 0; round < 8; round += 1) {
    const turn = decideNextTurn({ model: 'm', system, messages, tools });
    turns.push(turn);
    if (turn.stopReason !== 'tool_use') return turns;
    const uses = turn.blocks.flatMap((block, i) =>
      block.type === 'tool_use' ? [{ block, id: `t${round}_${i}` }] : [],
    );
    messages.push({
      role: 'assistant',
      content: uses.map(({ block, id }) => ({
        type: 'tool_use',
        id,
        name: block.name,
        input: block.input,
      })),
    });
    messages.push({
      role: 'user',
      content: uses.map(({ block, id }) => {
        const result = results(block);
        return typeof result === 'string'
          ? { type: 'tool_result', tool_use_id: id, content: result }
          : { type: 'tool_result', tool_use_id: id, content: result.error, is_error: true };
      }),
    });
  }
  throw new Error('the conversation does not end');
}

const emptyProject = (block: { name: string }): Result =>
  block.name === 'Glob' ? 'No files found' : 'ok';
const project =
  (html: string) =>
  (block: { name: string; input: Record<string, unknown> }): Result => {
    if (block.name === 'Glob') return 'index.html\nspecs/game.md';
    return block.name === 'Read'
      ? numbered(
          block.input.file_path === 'index.html' ? html : '- ゲーム名: x\n- 依頼: シューティング',
        )
      : 'ok';
  };
const toolsOf = (turns: Turn[]): string[] =>
  turns.flatMap((turn) =>
    turn.blocks.flatMap((block) =>
      block.type === 'tool_use'
        ? [
            (
              `${block.name} ` +
              `${typeof block.input.file_path === 'string' ? block.input.file_path : ''}`
            ).trim(),
          ]
        : [],
    ),
  );
const lastText = (turns: Turn[]): string =>
  turns
    .at(-1)
    ?.blocks.map((block) => (block.type === 'text' ? block.text : ''))
    .join('') ?? '';

describe('the demo model', () => {
  it('writes a game and its spec into an empty project and ends with suggestions', () => {
    const turns = converse('猫が魚を集めるゲームを作って', emptyProject);
    expect(toolsOf(turns)).toEqual(['Glob', 'Write index.html', 'Write specs/game.md']);
    expect(lastText(turns)).toMatch(/DEMO[\s\S]*\n提案: [^、\n]+、[^、\n]+、[^、\n]+$/);
  });

  it('plays what it has written or edited once, where it has the tool', () => {
    const tools = [...TOOLS, { name: 'mcp__game__play' }];
    for (const results of [emptyProject, project(GAME)]) {
      const turns = converse('敵を青にして', results, tools);
      expect(toolsOf(turns).slice(-2).join()).toMatch(/(?:Write|Edit) \S+,mcp__game__play/);
      expect(lastText(turns)).toContain('DEMO');
    }
    expect(toolsOf(converse('なんかいい感じにして', project(GAME), tools))).not.toContain(
      'mcp__game__play undefined',
    );
  });

  it('reads the present game, edits it and says what it did', () => {
    const turns = converse('敵を青にして', project(GAME));
    expect(toolsOf(turns)).toEqual([
      'Glob',
      'Read index.html',
      'Read specs/game.md',
      'Edit index.html',
    ]);
    expect(lastText(turns)).toContain('敵の色を青にしました');
  });

  it.each([
    ['シューティング', '2d'],
    ['猫が魚を集める', '2d'],
    ['忍者がジャンプする', '2d'],
    ['パズル', '2d'],
    ['もぐらたたき', '2d'],
    ['レース', '3d'],
    ['シューティング', '3d'],
    ['パズル', '3d'],
  ] as const)('suggests only what it can do next: %s in %s', (request, dimension) => {
    for (const words of ['', '速い', '星の', 'わくわく', '夜の']) {
      const prompt = `${words}${request}\n\nDimension: ${dimension}`;
      const turns = converse(prompt, emptyProject);
      const page = turns[1]?.blocks.find((block) => block.type === 'tool_use')?.input
        .content as string;
      const wishes = /提案: (.+)$/.exec(lastText(turns))?.[1]?.split('、') ?? [];
      const next = wishes.map((wish) => converse(wish, project(page)));
      expect(next.map((after) => toolsOf(after).at(-1))).toEqual(
        wishes.map(() => 'Edit index.html'),
      );
      const later = next.flatMap(
        (after) => /提案: (.+)$/.exec(lastText(after))?.[1]?.split('、') ?? [],
      );
      expect(
        later.filter((wish) => !toolsOf(converse(wish, project(page))).includes('Edit index.html')),
      ).toEqual([]);
    }
  });

  it('touches nothing and says so when it does not understand', () => {
    const turns = converse('なんかいい感じにして', project(GAME));
    expect(toolsOf(turns)).toEqual(['Glob', 'Read index.html', 'Read specs/game.md']);
    expect(lastText(turns)).toMatch(/DEMO.*できませんでした。ファイルは変えていません/);
  });

  it('reports a failed edit as failed', () => {
    const turns = converse('敵を青にして', (block) =>
      block.name === 'Edit' ? { error: 'File has been modified' } : project(GAME)(block),
    );
    expect(lastText(turns)).toContain('失敗しました');
  });

  it('makes the game anew when another game or dimension is asked for', () => {
    expect(toolsOf(converse('パズルゲームに作り直して', project(GAME)))).toEqual([
      'Glob',
      'Read index.html',
      'Read specs/game.md',
      'Write index.html',
      'Write specs/game.md',
    ]);
    const turns = converse('3Dにして', project(GAME));
    const written = turns
      .flatMap((turn) => turn.blocks)
      .find((block) => block.type === 'tool_use' && block.name === 'Write');
    expect(written?.type === 'tool_use' && written.input.content).toContain('3D シューティング');
    expect(wantsNewGame('敵を3つ作って')).toBe(false);
  });

  it.each([
    ['Can you make the game faster?', false],
    ['Make this game harder', false],
    ['Make a boss for the game', false],
    ['Create a game over screen', false],
    ['Make me a new game about cats', true],
    ['Make a 2D maze game', true],
    ['Please build another game', true],
    ['Make it a puzzle game', true],
  ])('knows whether “%s” asks for another game', (request, expected) => {
    expect(wantsNewGame(request)).toBe(expected);
  });

  it('makes games without Glob too', () => {
    expect(
      toolsOf(
        converse(
          'パズル',
          () => 'ok',
          TOOLS.filter(({ name }) => name !== 'Glob'),
        ),
      ),
    ).toEqual(['Write index.html', 'Write specs/game.md']);
  });

  it('only says so when asked to repair', () => {
    const prompt = generationPrompt({
      request: 'TypeError: x is undefined',
      dimension: null,
      style: null,
      autoFix: true,
    });
    expect(lastText(converse(prompt, project(GAME)))).toMatch(/DEMO.*ファイルは変えていません/);
  });

  it('judges by what the user said last, not by earlier tasks of the conversation', () => {
    const earlier: MessagesRequest['messages'] = [
      { role: 'user', content: 'シューティング' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'Glob', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a', content: 'No files found' }],
      },
      { role: 'assistant', content: 'できました' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '<system-reminder>note</system-reminder>' },
          { type: 'text', text: '敵を青に' },
        ],
      },
    ];
    expect(toolsOf([decideNextTurn({ model: 'm', messages: earlier, tools: TOOLS })])).toEqual([
      'Glob',
    ]);
  });

  it.each([
    '遊び方を教えて',
    '敵は何？',
    'もっと面白くするには？',
    'こんにちは',
    'どうやって戻すの？',
  ])('answers 「%s」 as JSON with suggestions', (question) => {
    const [turn] = converse(
      `ゲーム: ねこ大作戦\n\nindex.html (冒頭):\n${GAME.slice(0, 6000)}\n\n質問: ${question}`,
      () => '',
      [],
    );
    const block = turn?.blocks[0];
    const answer = JSON.parse(block?.type === 'text' ? block.text : '') as {
      message: string;
      suggestions: string[];
    };
    expect(answer.message).toMatch(/^【DEMO】/);
    expect(answer.suggestions.length).toBeGreaterThanOrEqual(2);
  });
});

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

describe('the demo model, spoken to in English, answers in English', () => {
  const page = composeGame(themeFromText('a space shooter'));
  const faulty = page.replace(
    '<head>',
    '<head>\n<script data-fault="x" data-finding="deaf"></script>',
  );
  const english = systemPrompt(false, 'en');
  const plain = { dimension: null, style: null, autoFix: false };
  type Files = Parameters<typeof converse>[1];
  const fails =
    (tool: string, files: Files): Files =>
    (block: AnswerBlock & { type: 'tool_use' }) =>
      block.name === tool ? { error: 'broken' } : files(block);
  const repair = repairPrompt({
    ...{ request: 'a game', findings: [findingOf('deaf', 'touched')], notes: [] },
    ...{ language: 'en' as const, isShown: true },
  });
  /** All that is said, but for the word by which the product knows the suggestions. */
  const said = (turns: Turn[]): string =>
    turns
      .flatMap(({ blocks }) => blocks.map((block) => (block.type === 'text' ? block.text : '')))
      .join('\n')
      .replace('提案: ', '');

  it.each([
    ['Make a maze game with ghosts', emptyProject],
    ['Make a fishing game', emptyProject],
    ['something fun', fails('Write', emptyProject)],
    ['Make the enemies blue', project(page)],
    ['Add a boss', project(page)],
    ['Make the enemies blue and sing a song', project(page)],
    ['Sing a song', project(page)],
    ['Sing a song', project('<p>not of this kind</p>')],
    ['Make the enemies blue', fails('Edit', project(page))],
    ['Make the enemies blue', fails('Read', project(page))],
    ['Make a new puzzle game', project(page)],
  ] as const)('%s', (request, files) => {
    const words = said(converse(generationPrompt({ ...plain, request }), files));
    expect(words).toMatch(/DEMO[^]*[A-Za-z]{4}/);
    expect(words).not.toMatch(JAPANESE);
  });

  it.each([
    ['an error', generationPrompt({ ...plain, request: 'x is undefined', autoFix: true }), page],
    ['what is there', repair, faulty],
    ['what is not there', repair, page],
  ])('when it repairs %s, as the product tells', (_, prompt, html) => {
    expect(said(converse(prompt, project(html), TOOLS, english))).not.toMatch(JAPANESE);
    expect(said(converse(prompt, project(html), TOOLS, systemPrompt(false, 'ja')))).toMatch(
      JAPANESE,
    );
  });

  it('and makes the game so where the wish shows no language', () => {
    const turns = converse('👍', emptyProject, TOOLS, english);
    expect(JSON.stringify(turns)).toContain('<html lang=\\"en\\">');
    expect(said(turns)).not.toMatch(JAPANESE);
  });

  it.each(['a space shooter', 'a math quiz', 'a maze', 'something like 2048', 'a clicker'])(
    'about %s, in the chat, where it is published and in its video',
    (request) => {
      const code = composeGame(themeFromText(request));
      const questions =
        'How do I play?|What is the enemy?|How many lives?|What about the score?|Is it hard?|' +
        'Any ideas?|Can I undo it?|Which style?|What is its name?|Hello';
      const told = {
        projectName: 'Star',
        history: [],
        files: [{ path: 'index.html', text: code }],
      };
      const asked = questions
        .split('|')
        .map((question) => [chatPrompt({ ...told, question }), ''] as const);
      const game = { spec: null, code: code.slice(code.indexOf('const CONFIG')) };
      const info = publishInfoPrompt({ projectName: 'Star', ...game });
      const video = videoPrompt({ title: 'Star', description: '', ...game });
      for (const [prompt, system] of [
        ...asked,
        [chatPrompt({ ...told, question: '?' }), chatSystemPrompt('en')] as const,
        [info, publishInfoSystemPrompt('en')] as const,
        [video, videoSystemPrompt('en')] as const,
      ])
        expect(said(converse(prompt, () => '', [], system))).not.toMatch(JAPANESE);
    },
  );

  it('of the wish before, when only the dimension is another one', () => {
    const spec = '- ゲーム名: x\n- Request: a space shooter';
    const files = (block: { name: string; input: Record<string, unknown> }): Result =>
      block.input['file_path'] === 'specs/game.md' ? numbered(spec) : project(page)(block);
    expect(JSON.stringify(converse('Make it 3D', files))).toContain('3D シューティング');
    expect(said(converse('Make it 3D', files))).toContain('a 3D shooter');
  });
});

describe('a prompt', () => {
  it('of the product is taken apart into the request and what was chosen with it', () => {
    const style = findStyle('2d', 'dark_fantasy');
    const prompt = generationPrompt({
      request: '宇宙で戦う\n速いゲーム',
      dimension: '2d',
      style,
      autoFix: false,
    });
    expect(readPrompt(prompt)).toEqual({
      request: '宇宙で戦う\n速いゲーム',
      language: 'ja',
      styleId: 'dark_fantasy',
      dimension: '2d',
      isRepair: false,
      found: [],
      images: [],
      attached: [],
    });
  });

  it.each(['ja', 'en'] as const)('of a repair names what was found (%s)', (language) => {
    const findings = [findingOf('deaf', 'touched'), findingOf('csp', 'loading', '3. [blank] x')];
    expect(
      readPrompt(
        repairPrompt({ request: 'x', findings, notes: findings.slice(1), language, isShown: true }),
      ).found,
    ).toEqual(['deaf', 'csp']);
  });
});

describe("an image of the player's", () => {
  const file = 'images/ship-abcdef01.webp';
  const line = '1：画像「ship.png」を使用: /user-assets/u/ship.png';
  const image = { number: '1', called: 'ship.png', name: 'ship-abcdef01', assetId: 'x' };
  const told = (words: string) =>
    generationPrompt({
      ...{ request: `${line}\n${words}`, dimension: '2d', style: null, autoFix: false },
      attached: [{ ...image, width: 9, height: 9 }],
    });
  const written = (turns: Turn[]): string => JSON.stringify(turns.flatMap(({ blocks }) => blocks));

  it('is a figure of a new game: the one that the words name', () => {
    const prompt = told('シューティング。敵はこの画像にして');
    expect(readPrompt(prompt)).toMatchObject({
      request: 'シューティング。敵はこの画像にして',
      attached: [file],
    });
    const { enemy, player } = themeFromText(readPrompt(prompt).request, {
      styleId: null,
      dimension: '2d',
    });
    const page = written(converse(prompt, emptyProject));
    expect(page).toContain(`['${enemy.emoji}', '${file}']`);
    expect(page).not.toContain(`['${player.emoji}', '`);
  });

  it('takes the place of a figure in a game that is there', () => {
    const files = (block: AnswerBlock & { type: 'tool_use' }): Result =>
      block.name === 'Glob' ? 'index.html' : block.name === 'Read' ? numbered(GAME) : 'ok';
    const page = written(converse(told('この画像を自機にして'), files));
    const { player } = themeFromText('シューティング');
    expect(page).toContain(`const DRAWN = [\\n  ['${player.emoji}', '${file}'],`);
    expect(page).toContain('主人公を送られた画像にしました');
  });
});

describe('a file shown by the Read tool', () => {
  it('is taken back byte by byte, with tabs, arrows and empty lines', () => {
    const text = 'a\n\tb\n\n  1\t→ c\n';
    expect(textOfRead(numbered(text))).toBe(text);
    expect(
      textOfRead(
        text
          .split('\n')
          .map((line, i) => `${String(i + 1).padStart(6)}→${line}`)
          .join('\n'),
      ),
    ).toBe(text);
  });
});
