import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { render, type Message } from '../../../src/contracts/messages/message.js';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import { Bench, KEY, game } from './bench.js';
import { inFullRuns } from '../../scope.js';

let bench: Bench;
let receiver: FakeReceiver;
let model: FakeMessages | null = null;

beforeEach(async () => {
  bench = await Bench.open();
  receiver = await startReceiver();
});
afterEach(async () => {
  await model?.close();
  await receiver.close();
  await bench.close();
});

const git = (...args: string[]): string =>
  execFileSync('git', ['--git-dir', bench.repoDir, ...args], { encoding: 'utf8' });
const play = async (script: Reply[], changes: Record<string, unknown> = {}, attempt = 1) => {
  await model?.close();
  model = await startFakeMessages(script);
  return bench.run(bench.input({ callbackUrl: receiver.url, ...changes }, attempt), model.url);
};
/** The skills that a request lists, by the names that the model calls them by. */
const offered = (raw = ''): string[] => {
  const [, list = ''] =
    /available for use with the Skill tool:((?:\\n)*(?:- .*?\\n)+)/.exec(raw) ?? [];
  return [...list.matchAll(/- ([\w:-]+): /g)].map(([, name]) => name ?? '').sort();
};
const CREATE: Reply[] = [
  {
    say: 'シューティングを作ります。',
    use: [{ name: 'Write', input: { file_path: 'index.html', content: game('星😀"\\n') } }],
  },
  {
    use: [
      {
        name: 'Write',
        input: { file_path: '/project/specs/game.md', content: '- ゲーム名: 星\n' },
      },
    ],
  },
  { say: '遊べます!\n\n提案: 敵を増やして、音を付けて' },
];

describe('generate', () => {
  it(
    'turns a request into a checked candidate commit, and ' + 'shows the work while it happens',
    async () => {
      const outcome = await play(CREATE, {
        extraFiles: [{ path: 'STYLE.md', content: '# ネオン\nID: neon\n' }],
      });
      expect(outcome.error).toBeNull();
      expect(outcome).toMatchObject({
        exitCode: 0,
        result: {
          kind: 'candidate',
          parent: null,
          summary: '遊べます!',
          suggestions: ['敵を増やして', '音を付けて'],
          skippedEntries: [],
          permissionDenials: 0,
          bundlePath: null,
        },
      });
      const { revision, usage } = outcome.result as {
        revision: string;
        usage: Record<string, number>;
      };
      expect(usage).toMatchObject({ turns: 3, outputTokens: 150 });
      expect(usage['costUsd']).toBeGreaterThanOrEqual(0);

      expect(git('rev-parse', `refs/jobs/${bench.jobId}/1`).trim()).toBe(revision);
      const files = git('ls-tree', '-r', '--name-only', revision).trim().split('\n');
      expect(files).toEqual([
        expect.stringMatching(/^\.ai-context\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.json$/),
        'STYLE.md',
        'index.html',
        'specs/game.md',
      ]);
      expect(git('show', `${revision}:index.html`)).toBe(game('星😀"\\n'));
      expect(git('show', `${revision}:STYLE.md`)).toBe('# ネオン\nID: neon\n');
      expect(
        git(
          'log',
          '-1',
          '--format=%s%n%an <%ae>%n%(trailers:key=Job-Id,valueonly)',
          revision,
        ).trim(),
      ).toBe(`2Dの|ゲームを 作って\nGame Creator <gamecreator@local>\n${bench.jobId}`);
      expect(JSON.parse(git('show', `${revision}:${files[0]}`))).toMatchObject({
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        userPrompt: '2Dの|ゲームを\n作って',
        aiSummary: '遊べます!',
        ...{ skills: [], opened: [], effort: 'medium' },
        generator: 'claude',
        edits: [],
        systemPromptVersion: '1.0',
      });

      const events = receiver.events();
      expect(receiver.faults).toEqual([]);
      expect(receiver.sawFinal()).toBe(true);
      expect(receiver.text()).toBe(
        `シューティングを作ります。\n[Write]\n${game('星😀"\\n')}\n[Write]\n- ゲーム名: 星\n遊べます!\n\n提案: 敵を増やして、音を付けて`,
      );
      expect(
        events
          .filter((event) => event['type'] === 'file')
          .map((event) => `${String(event['filename'])} ${String(event['status'])}`),
      ).toEqual([
        'index.html editing',
        'index.html completed',
        'specs/game.md editing',
        'specs/game.md completed',
      ]);
      expect(
        events
          .filter((event) => event['type'] === 'progress')
          .map((event) => [event['progress'], render(event['message'] as Message)]),
      ).toEqual([
        [20, 'AIが考えています'],
        [35, 'コードを書いています'],
        [35, 'index.html を書いています'],
        [50, 'コードを書いています'],
        [50, 'specs/game.md を書いています'],
        [92, '動くかどうか確かめています'],
        [96, '保存しています'],
      ]);
      expect(outcome.alive.length).toBeGreaterThan(0);
      expect(await bench.leftovers()).toEqual([]);
    },
  );

  it(
    'asks the model with our rules, our tools and the pinned program, by the real key that ' +
      'it does not have itself',
    async () => {
      await play(CREATE);
      const [request] = model?.requests ?? [];
      expect(request?.path).toBe('/v1/messages?beta=true');
      expect(request?.headers).toMatchObject({
        'x-api-key': KEY,
        'user-agent': expect.stringContaining('claude-cli/2.1.331') as unknown,
      });
      expect(
        (request?.body['tools'] as { name: string }[]).map((tool) => tool.name).sort(),
      ).toEqual(['Edit', 'Glob', 'Grep', 'Read', 'Skill', 'Write']);
      // A run without skills is offered none, not even the program's own.
      expect(offered(request?.raw)).toEqual([]);
      expect(request?.body['model']).toBe(bench.model);
      expect(JSON.stringify(request?.body['system'])).toContain('SYSTEM-RULES');
      expect(JSON.stringify(request?.body['messages'])).toContain('make a game');
      for (const { raw } of model?.requests ?? []) expect(raw).not.toContain(KEY);
    },
  );

  it('offers the skills that it is given and no other, to be read, not to be changed', async () => {
    const scaffold = '/opt/skills/skills/game-shooter/scaffold.html';
    const outcome = await play(
      [
        { use: [{ name: 'Skill', input: { skill: 'games:kit-2d' } }] },
        {
          use: [
            { name: 'Read', input: { file_path: scaffold } },
            { name: 'Write', input: { file_path: `${scaffold}.x`, content: 'x' } },
            { name: 'Write', input: { file_path: 'index.html', content: game('星') } },
          ],
        },
        { say: '遊べます!' },
      ],
      { skills: ['kit-2d', 'game-shooter'] },
    );
    const means = {
      skills: ['kit-2d', 'game-shooter'],
      opened: ['games:kit-2d'],
      effort: 'medium',
    };
    expect(outcome.result).toMatchObject({ kind: 'candidate', permissionDenials: 1, means });
    const [first, , last] = model?.requests ?? [];
    expect(offered(first?.raw)).toEqual(['games:game-shooter', 'games:kit-2d']);
    expect(first?.body['output_config']).toEqual({ effort: 'medium' });
    expect(last?.raw).toContain('# Frame of a 2D game');
    expect(last?.raw).toContain('Comet Watch');
    const tree = git('ls-tree', '-r', '--name-only', String(outcome.result?.['revision']));
    const [context, ...files] = tree.trim().split('\n');
    expect(files).toEqual(['index.html']);
    const kept = git('show', `${String(outcome.result?.['revision'])}:${String(context)}`);
    expect(JSON.parse(kept)).toMatchObject(means);
    expect(JSON.stringify(receiver.events())).not.toContain('opt/skills');
    expect(await bench.leftovers()).toEqual([]);
  });

  it('changes what is there: reads the parent, edits, and lists the changed places', async () => {
    const first = (await play(CREATE)).result as { revision: string };
    const script: Reply[] = [
      { use: [{ name: 'Read', input: { file_path: '/project/index.html' } }] },
      {
        use: [
          {
            name: 'Edit',
            input: {
              file_path: '/project/index.html',
              old_string: 'x = (x + 1) % 390',
              new_string: 'x = (x + 5) % 390',
            },
          },
        ],
      },
      {
        use: [
          {
            name: 'Write',
            input: { file_path: '/project/.gitattributes', content: '* filter=x\n' },
          },
        ],
      },
      { say: '速くしました。' },
    ];
    bench = Object.assign(bench, { jobId: '11111111-2222-4333-8444-555555555555' });
    const outcome = await play(script, {
      parent: first.revision,
      userText: '速く',
      wantBundle: true,
    });
    expect(outcome.error).toBeNull();
    expect(outcome.result).toMatchObject({
      kind: 'candidate',
      parent: first.revision,
      skippedEntries: ['.gitattributes'],
      bundlePath: `${bench.scratchDir()}.bundle`,
    });
    const revision = String(outcome.result?.['revision']);
    expect(git('show', `${revision}:index.html`)).toBe(game('星😀"\\n').replace('x + 1', 'x + 5'));
    expect(git('rev-parse', `${revision}^`).trim()).toBe(first.revision);
    const paths = git('ls-tree', '-r', '--name-only', revision).trim().split('\n');
    expect(paths).toHaveLength(3);
    const context = JSON.parse(git('show', `${revision}:${paths[0]}`)) as {
      edits: { path: string; old_string: string; new_string: string }[];
    };
    expect(context.edits).toHaveLength(1);
    expect(context.edits[0]).toMatchObject({ path: 'index.html' });
    expect(context.edits[0]?.old_string).toContain('x + 1');
    expect(context.edits[0]?.new_string).toContain('x + 5');
    expect(git('bundle', 'verify', String(outcome.result?.['bundlePath']))).toContain(revision);
    expect(await bench.leftovers()).toEqual([]);
  });

  it(
    "C4: a second attempt answers the first one's " + 'candidate and does not ask the model',
    async () => {
      const first = await play(CREATE);
      const again = await play([{ status: 500 }], {}, 2);
      expect(again.result).toMatchObject({
        revision: first.result?.['revision'],
        summary: '遊べます!',
        suggestions: ['敵を増やして', '音を付けて'],
        usage: first.result?.['usage'],
      });
      expect(model?.requests).toEqual([]);
      const other = await play(
        [{ say: 'いいえ' }],
        { jobId: '99999999-2222-4333-8444-555555555555' },
        3,
      );
      expect(other.result).toMatchObject({ kind: 'answer' });
    },
  );

  it('C4: a repair starts from the candidate, and its version from the parent', async () => {
    const first = await play(CREATE);
    const from = String(first.result?.['revision']);
    const mended = game('星').replace('44, 44', '88, 88');
    const changes = { round: 1, from, callbackUrl: receiver.url };
    const script: Reply[] = [
      {
        use: [
          { name: 'Read', input: { file_path: 'index.html' } },
          { name: 'Write', input: { file_path: 'index.html', content: mended } },
        ],
      },
      { say: '直しました。' },
    ];
    const repair = await play(script, changes, 2);
    expect(repair.error).toBeNull();
    const revision = String(repair.result?.['revision']);
    expect(repair.result).toMatchObject({ kind: 'candidate', parent: null });
    expect(git('show', `${revision}:index.html`)).toBe(mended);
    expect(git('show', `${revision}:specs/game.md`)).toBe('- ゲーム名: 星\n');
    expect(git('rev-list', revision).trim()).toBe(revision);
    expect(git('log', '-1', '--format=%(trailers:only,unfold)', revision)).toMatch(
      new RegExp(`^Job-Id: ${bench.jobId}\nRound: 1\nFrom: ${from}\n`),
    );
    expect(receiver.events()).toContainEqual(
      expect.objectContaining({ message: { code: 'STEP_REPAIRING', params: {} } }),
    );
    // Asked again, each round has its own candidate; one that nobody has made is made.
    expect((await play([{ status: 500 }], changes, 3)).result).toMatchObject({ revision });
    expect((await play([{ status: 500 }], {}, 4)).result).toMatchObject({ revision: from });
    const other = await play([{ say: 'いいえ' }], { round: 2, from: revision }, 5);
    expect(other.result).toMatchObject({ kind: 'answer' });
  });

  it('answers in words when the model changes nothing, and commits nothing', async () => {
    const outcome = await play(
      [{ say: 'ジャンプは画面のタップです。\n提案: ジャンプを高くして' }],
      { extraFiles: [{ path: 'STYLE.md', content: 'x' }] },
    );
    expect(outcome.result).toMatchObject({
      kind: 'answer',
      message: 'ジャンプは画面のタップです。',
      suggestions: ['ジャンプを高くして'],
    });
    expect(git('for-each-ref')).toBe('');
    expect(await bench.leftovers()).toEqual([]);
  });

  it('fails when the model says that it made a game and wrote none', async () => {
    const outcome = await play([{ say: '星を集めるゲームを作りました!' }]);
    expect(outcome).toMatchObject({ exitCode: 1, error: { kind: 'CandidateInvalid' } });
    expect(git('for-each-ref')).toBe('');
    expect(await bench.leftovers()).toEqual([]);
  });

  inFullRuns('src/runner/candidate/check takes a page out of an answer', () => {
    it('takes a page that the model wrote into its answer', async () => {
      const outcome = await play([
        { say: `どうぞ。\n\`\`\`html\n${game('words')}\`\`\`\n楽しんで!` },
      ]);
      expect(outcome.result).toMatchObject({
        kind: 'candidate',
        summary: expect.stringContaining('楽しんで') as unknown,
      });
      expect(git('show', `${String(outcome.result?.['revision'])}:index.html`)).toBe(game('words'));
    });
  });

  it('survives a stream that is cut once, and shows what came in one piece after it', async () => {
    const outcome = await play([{ cutAfter: 'ええと' }, ...CREATE]);
    expect(outcome.error).toBeNull();
    expect(outcome.result).toMatchObject({ kind: 'candidate' });
    expect(receiver.text()).toContain(game('星😀"\\n'));
  });

  it('E2: tells of a remark that reads like code left out, and keeps the game', async () => {
    const content = game('x').replace('</script>', '// ... existing code ...\n</script>');
    const outcome = await play([
      { use: [{ name: 'Write', input: { file_path: 'index.html', content } }] },
      { say: 'できました' },
    ]);
    const findings = ['index.html may leave a part out: // ... existing code ...'];
    expect(outcome.result).toMatchObject({ kind: 'candidate', findings });
    const again = await play([{ status: 500 }], {}, 2);
    expect(again.result).toMatchObject({ revision: outcome.result?.['revision'], findings });
  });

  it.each([
    [
      'does not compile',
      game('x').replace('function frame() {', 'function frame( {'),
      'does not compile',
    ],
    ['is cut', game('x').split('</script>')[0] ?? '', 'never closed'],
  ])('refuses a game that %s, and keeps the project as it was', async (_name, content, message) => {
    const outcome = await play([
      { use: [{ name: 'Write', input: { file_path: 'index.html', content } }] },
      { say: 'できました' },
    ]);
    expect(outcome).toMatchObject({
      exitCode: 1,
      error: { kind: 'CandidateInvalid', message: expect.stringContaining(message) as unknown },
    });
    // What it made is kept for whoever looks into it (E4).
    expect(git('for-each-ref', '--format=%(refname)').trim()).toBe(`refs/failed/${bench.jobId}`);
    expect(await bench.leftovers()).toEqual([]);
  });
});
