import { afterEach, beforeEach, expect, it } from 'vitest';
import { playRules, systemPrompt } from '../../../src/domain/generation/generation-prompt.js';
import { skillRules, skillsFor } from '../../../src/domain/generation/skills.js';
import { pricesOf } from '../../../src/runner/model-purse.js';
import { readSkillFiles } from '../../../src/activities/runner-input/skill-files.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import { patient } from '../../support/patience.js';
import { Bench, game } from '../runner/bench.js';

const LINES = 2_000;
const MOST_TOKENS = 12_000;
/** Of code and English a token has rather more of them. */
const CHARS_OF_TOKEN = 3;

let bench: Bench;
let model: FakeMessages | null = null;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(async () => {
  await model?.close();
  await bench.close();
});

const skills = skillsFor({ step: 'edit', genre: 'shooter', dimension: '2d', hasSprites: false });
const rulesFor = (isNew: boolean): string =>
  systemPrompt(isNew, 'ja') + skillRules(skills, 'edit') + playRules(0);
const use = (name: string, input: Record<string, unknown>): Reply => ({ use: [{ name, input }] });
const PAGE = '/project/index.html';
const FOES = Array.from({ length: LINES }, (_, at) =>
  at === 1_200
    ? 'const enemySpeed = 3.5; // units in each frame'
    : `const foe${at} = { x: ${at % 390}, y: ${at % 844}, lives: ${at % 7} };`,
);
const page = game('長').replace('<script>', `<script>\n${FOES.join('\n')}`);
const change: Reply[] = [
  use('Grep', { pattern: 'speed|Speed', path: PAGE, output_mode: 'content', '-n': true }),
  use('Read', { file_path: PAGE, offset: 1_180, limit: 60 }),
  use('Edit', { file_path: PAGE, old_string: 'enemySpeed = 3.5', new_string: 'enemySpeed = 1.75' }),
  { say: '敵が半分の速さになりました。' },
];

/** US dollars of a request after another of the same run, whose beginning the provider has kept. */
function costOf(before: string, request: string, answer: Reply): number {
  const { cacheRead, cacheWrite, output } = pricesOf('claude-opus-5-5');
  const tokens = [before.length, request.length - before.length, JSON.stringify(answer).length];
  const [read = 0, written = 0, made = 0] = tokens.map((length) => length / CHARS_OF_TOKEN);
  return (read * cacheRead + written * cacheWrite + made * output) / 1_000_000;
}

it(
  'P6: to mend what does not compile takes one request and less than $0.03',
  async () => {
    const { 'game-defence-example.html': whole = '' } = await readSkillFiles();
    const broken = whole.replace('play({', 'play({{');
    const mend = use('Edit', { file_path: PAGE, old_string: 'play({{', new_string: 'play({' });
    model = await startFakeMessages([
      use('Write', { file_path: PAGE, content: broken }),
      mend,
      { say: 'できました' },
    ]);
    const systemPrompt = rulesFor(true);
    await bench.run(bench.input({ systemPrompt }), model.url, { TMPDIR: bench.dir });
    expect(await bench.textOf(await bench.keep(), 'index.html')).toBe(whole);
    const [, told = '', last = '', ...more] = model.requests.map(({ raw }) => raw);
    expect([told.includes('index.html does not compile'), more]).toEqual([true, []]);
    expect(costOf(told, last, mend)).toBeLessThan(0.03);
  },
  patient(60_000),
);

it(
  `P6: a change of a game of ${LINES} lines takes ${MOST_TOKENS} tokens of input in all`,
  async () => {
    model = await startFakeMessages([
      use('Write', { file_path: PAGE, content: page }),
      { say: 'できました' },
      ...change,
    ]);
    await bench.run(bench.input(), model.url, { TMPDIR: bench.dir });
    const first = await bench.keep();
    bench.publish(first);
    const skills = skillsFor({
      step: 'edit',
      genre: 'shooter',
      dimension: '2d',
      hasSprites: false,
    });
    const system = systemPrompt(false, 'ja') + skillRules(skills, 'edit') + playRules(0);
    expect(system).toMatch(/more than 500 lines only what Grep finds/);
    bench = Object.assign(bench, { jobId: '11111111-2222-4333-8444-555555555555' });
    const input = bench.input({
      parent: first.revision,
      parcelFile: await bench.parcel(first),
      ...{ systemPrompt: rulesFor(false), skills, userText: '敵の速さを半分にして' },
      past: [{ name: 'page-now.html', content: page }],
    });
    const { error } = await bench.run(input, model.url, { TMPDIR: bench.dir });
    expect(error).toBeNull();
    const text = await bench.textOf(await bench.keep(1, first.revision), 'index.html');
    expect(text).toBe(page.replace('3.5', '1.75'));
    // Each request repeats those before it, which the provider has kept: the last has them all.
    const last = model.requests.at(-1)?.raw ?? '';
    expect(last.length / CHARS_OF_TOKEN).toBeLessThan(MOST_TOKENS);
    expect(page.length / CHARS_OF_TOKEN).toBeGreaterThan(2 * MOST_TOKENS);
  },
  patient(60_000),
);
