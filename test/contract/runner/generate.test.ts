import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/contracts/base/hashes.js';
import { render, type Message } from '../../../src/contracts/messages/message.js';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';

import { foreignFiles } from '../../../src/versions/format/manifest.js';
import { verifyVersion } from '../../../src/versions/format/verify.js';
import type { KeptVersion } from '../../../src/versions/kept/versions.js';
import { firstVersion, parcelOf } from '../../support/parcels.js';
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

const pathsOf = ({ manifest }: KeptVersion): string[] => manifest.files.map(({ path }) => path);
/** What `.ai-context` says of a version. */
const contextOf = async (kept: KeptVersion): Promise<Record<string, unknown>> =>
  JSON.parse((await bench.textOf(kept, pathsOf(kept)[0] ?? '')) ?? '') as Record<string, unknown>;
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
  it('turns a request into the object of a checked candidate, and shows the work', async () => {
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
      },
    });
    const { revision, usage } = outcome.result as {
      revision: string;
      usage: Record<string, number>;
    };
    expect(usage).toMatchObject({ turns: 3, outputTokens: 150 });
    expect(usage['costUsd']).toBeGreaterThanOrEqual(0);

    const kept = await bench.keep();
    expect(kept).toMatchObject({ revision, parent: null });
    expect(pathsOf(kept)).toEqual([
      expect.stringMatching(/^\.ai-context\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.json$/),
      'STYLE.md',
      'index.html',
      'specs/game.md',
    ]);
    expect(await bench.textOf(kept, 'index.html')).toBe(game('星😀"\\n'));
    expect(await bench.textOf(kept, 'STYLE.md')).toBe('# ネオン\nID: neon\n');
    expect(kept.commit).toMatchObject({
      subject: '2Dの|ゲームを 作って',
      trailers: { 'Job-Id': bench.jobId, Round: '0', 'Run-Usage': JSON.stringify(usage) },
    });
    expect(await contextOf(kept)).toMatchObject({
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
      [12, 'AIが考えています'],
      [18, 'コードを書いています'],
      [18, 'index.html を書いています'],
      [24, 'コードを書いています'],
      [24, 'specs/game.md を書いています'],
      [71, '動くかどうか確かめています'],
      [72, '保存しています'],
    ]);
    expect(outcome.alive.length).toBeGreaterThan(0);
    expect(await bench.leftovers()).toEqual([]);
    expect(await bench.written()).toEqual([`${bench.jobId}.1.object`]);
  });

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

  it('offers the pages that it is given as one skill, to be read, not to be changed', async () => {
    const skill = '/opt/skills/skills/make/SKILL.md';
    const skills = ['kit-2d', 'game-shooter', 'game-shooter-example'];
    const outcome = await play(
      [
        { use: [{ name: 'Skill', input: { skill: 'games:make' } }] },
        {
          use: [
            { name: 'Write', input: { file_path: skill, content: 'x' } },
            { name: 'Write', input: { file_path: 'index.html', content: game('星') } },
          ],
        },
        { say: '遊べます!' },
      ],
      { skills },
    );
    const means = { skills, opened: ['games:make'], effort: 'medium' };
    expect(outcome.result).toMatchObject({ kind: 'candidate', permissionDenials: 1, means });
    const [first, second, last] = model?.requests ?? [];
    expect(offered(first?.raw)).toEqual(['games:make']);
    expect(first?.body['output_config']).toEqual({ effort: 'medium' });
    // One call has them all, in their order.
    expect(second?.raw).toMatch(/# The kit of 2D games[^]*# Shooters[^]*Comet Watch/);
    expect(last?.raw).not.toMatch(/# Quizzes/);
    const kept = await bench.keep();
    expect(pathsOf(kept).slice(1)).toEqual(['index.html']);
    expect(await contextOf(kept)).toMatchObject(means);
    expect(JSON.stringify(receiver.events())).not.toContain('opt/skills');
    expect(await bench.leftovers()).toEqual([]);
  });

  it('changes what is there: reads the parent, edits, and lists the changed places', async () => {
    await play(CREATE);
    const first = await bench.keep();
    bench.publish(first);
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
      parcelFile: await bench.parcel(first),
      userText: '速く',
    });
    expect(outcome.error).toBeNull();
    expect(outcome.result).toMatchObject({
      kind: 'candidate',
      parent: first.revision,
      skippedEntries: ['.gitattributes'],
    });
    const kept = await bench.keep(1, first.revision);
    expect(kept.parent).toBe(first.revision);
    expect(await bench.textOf(kept, 'index.html')).toBe(game('星😀"\\n').replace('x + 1', 'x + 5'));
    expect(pathsOf(kept)).toHaveLength(3);
    // What the parent has is named by its place there, and not stored again (E2).
    const spec = kept.manifest.files.find(({ path }) => path === 'specs/game.md');
    expect(spec?.at.slice(2)).toEqual([first.place.workId, first.place.sha]);
    const context = (await contextOf(kept)) as {
      edits: { path: string; old_string: string; new_string: string }[];
    };
    expect(context.edits).toHaveLength(1);
    expect(context.edits[0]).toMatchObject({ path: 'index.html' });
    expect(context.edits[0]?.old_string).toContain('x + 1');
    expect(context.edits[0]?.new_string).toContain('x + 5');
    expect(await bench.leftovers()).toEqual([]);
  });

  it('C4: a repair starts from the candidate, and its version from the parent', async () => {
    await play(CREATE);
    const first = await bench.keep();
    const mended = game('星').replace('44, 44', '88, 88');
    const script: Reply[] = [
      {
        use: [
          { name: 'Read', input: { file_path: 'index.html' } },
          { name: 'Write', input: { file_path: 'index.html', content: mended } },
        ],
      },
      { say: '直しました。' },
    ];
    const fromParcelFile = await bench.parcel(first);
    const repair = await play(script, { round: 1, from: first.revision, fromParcelFile }, 2);
    expect(repair.error).toBeNull();
    expect(repair.result).toMatchObject({ kind: 'candidate', parent: null });
    const kept = await bench.keep(2);
    expect(kept.parent).toBeNull();
    expect(await bench.textOf(kept, 'index.html')).toBe(mended);
    expect(await bench.textOf(kept, 'specs/game.md')).toBe('- ゲーム名: 星\n');
    // It stands alone: nothing in it lies in the object of the candidate (E2).
    expect(kept.manifest.files.every(({ at }) => at.length === 2)).toBe(true);
    expect(kept.commit.trailers).toMatchObject({
      'Job-Id': bench.jobId,
      Round: '1',
      From: first.revision,
    });
    expect(receiver.events()).toContainEqual(
      expect.objectContaining({ message: { code: 'STEP_REPAIRING', params: {} } }),
    );
  });

  it('J2: the edits of a repair are those against the published parent', async () => {
    await play(CREATE);
    const parent = await bench.keep();
    bench.publish(parent);
    const page = (step: string) => game('星😀"\\n').replace('x + 1', step);
    const write = (content: string): Reply[] => [
      { use: [{ name: 'Read', input: { file_path: 'index.html' } }] },
      { use: [{ name: 'Write', input: { file_path: 'index.html', content } }] },
      { say: 'はい。' },
    ];
    const parcelFile = await bench.parcel(parent);
    const change = { parent: parent.revision, parcelFile };
    await play(write(page('x + 5')), change, 2);
    const from = await bench.keep(2, parent.revision);
    const fromParcelFile = await bench.parcel(from);
    const repair = { ...change, round: 1, from: from.revision, fromParcelFile };
    await play(write(page('x + 9')), repair, 3);
    const { edits } = await contextOf(await bench.keep(3, parent.revision));
    expect(edits).toHaveLength(1);
    expect(JSON.stringify(edits)).toMatch(/x \+ 1.*x \+ 9/);
  });

  it('keeps bytes as they are: line ends, marks, what is no text', async () => {
    const files = {
      'index.html': game('x'),
      'crlf.txt': 'a\r\nb\r\n',
      'mark.txt': '\ufeffa',
      'data.bin': Buffer.from([0, 255, 13, 10, 0, 200]),
      '.hidden/x': 'x',
    };
    const first = await firstVersion(files);
    const parcelFile = join(bench.dir, 'parent.parcel');
    await writeFile(parcelFile, await parcelOf(first));
    const content = game('y').replaceAll('\n', '\r\n');
    const parent = first.manifest.revision;
    const outcome = await play(
      [
        { use: [{ name: 'Read', input: { file_path: 'index.html' } }] },
        { use: [{ name: 'Write', input: { file_path: 'new.html', content } }] },
        { use: [{ name: 'Write', input: { file_path: 'index.html', content: game('z') } }] },
        { say: 'はい' },
      ],
      { parent, parcelFile },
    );
    expect(outcome.error).toBeNull();
    const object = await readFile(join(bench.dir, `${bench.jobId}.1.object`));
    const known = foreignFiles(first.manifest, { workId: 'first', sha: first.sha });
    const { manifest } = await verifyVersion(object, { parent, parentFiles: known });
    const made = new Map(manifest.files.map((file) => [file.path, file]));
    for (const path of ['crlf.txt', 'mark.txt', 'data.bin'] as const)
      expect(made.get(path)?.sha).toBe(sha256Of(Buffer.from(files[path])));
    expect(made.get('new.html')?.sha).toBe(sha256Of(Buffer.from(content)));
    // Hidden entries of a version are not carried on.
    expect([...made.keys()].filter((path) => path.startsWith('.hidden'))).toEqual([]);
  });

  it('answers in words when the model changes nothing, and writes nothing', async () => {
    const outcome = await play(
      [{ say: 'ジャンプは画面のタップです。\n提案: ジャンプを高くして' }],
      { extraFiles: [{ path: 'STYLE.md', content: 'x' }] },
    );
    expect(outcome.result).toMatchObject({
      kind: 'answer',
      message: 'ジャンプは画面のタップです。',
      suggestions: ['ジャンプを高くして'],
    });
    expect(await bench.written()).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('fails when the model says that it made a game and wrote none', async () => {
    const outcome = await play([{ say: '星を集めるゲームを作りました!' }]);
    expect(outcome).toMatchObject({ exitCode: 1, error: { kind: 'CandidateInvalid' } });
    expect(await bench.written()).toEqual([]);
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
      expect(await bench.textOf(await bench.keep(), 'index.html')).toBe(game('words'));
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
    expect(await contextOf(await bench.keep())).toMatchObject({ findings });
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
    expect(await bench.written()).toEqual([`${bench.jobId}.1.failed`]);
    const kept = await bench.keepFailed();
    expect(await bench.textOf(kept, 'index.html')).toBe(content);
    expect(await bench.leftovers()).toEqual([]);
  });
});
