import { describe, expect, it } from 'vitest';
import { DesignedBrief, GameBrief, readBrief } from '../../contracts/game/brief.js';
import { generationPrompt } from '../generation/generation-prompt.js';
import { styleGuide } from '../styles/style-guides.js';
import { briefByModel, briefByRules } from './brief-by-rules.js';
import { briefSentence } from './brief-words.js';
import { designPrompt } from './design-prompt.js';

const wish = (request: string, more = {}) => ({
  ...{ request, dimension: '2d' as const, styleId: null, language: 'ja' as const },
  ...more,
});
const designed = {
  title: ' ねこ\nジャンプ ',
  genre: 'runner',
  pitch: '猫が屋根を跳ぶ',
  controls: 'タップで跳ぶ',
  win: '遠くへ',
  lose: '落ちる',
  feel: '軽い',
  palette: Object.fromEntries(
    ['background', 'surface', 'player', 'danger', 'reward', 'text'].map((role) => [
      role,
      '#ABCDEF',
    ]),
  ),
  sprites: [{ name: 'cat', draws: '猫', fallback: '丸と三角' }],
  checks: ['跳ぶ', '落ちる', '点が増える'],
  likeness: null,
};

describe('a brief by rules', () => {
  it.each([
    ['2Dの猫のシューティングゲームを作って', 'shooter', '猫のシューティング'],
    ['「星の丘」という迷路を作って', 'maze', '星の丘'],
    ['テトリスみたいなゲームを作って', 'puzzle', '新しい冒険'],
    ['ゲームを作って', 'action', '新しい冒険'],
    ['', 'action', '新しい冒険'],
    ['👍', 'action', '👍'],
    ['友だちと2人で、1台のスマホで遊べるエアホッケーを作って', 'action', 'エアホッケー'],
    ['Make a cosy little garden where nothing can go wrong.', 'idle', 'cosy little garden'],
    ['3D: a penguin slides down an icy slope', 'action', 'penguin slides down an'],
    ['Build the most wonderful submarine adventure', 'action', 'most wonderful submarine'],
  ])('of 「%s」 is whole: %s, 「%s」', (request, genre, title) => {
    const brief = briefByRules(wish(request));
    expect(GameBrief.parse(brief)).toEqual(brief);
    expect(brief).toMatchObject({ genre, title, by: 'rules', language: 'ja' });
    expect(brief.pitch).toContain(title);
  });

  it.each([
    ['のんびり庭を育てるゲーム', 'endless'],
    ['a cozy idle garden', 'endless'],
    ['2人で遊べるエアホッケー', 'two'],
    ['pong for two players', 'two'],
    ['2D sumo for two people on one phone', 'two'],
    ['なんか癒やされるやつ作って', 'endless'],
    ['動物クイズ', 'finished'],
    ['an endless runner with a cat', 'lost'],
    ['シューティング', 'lost'],
  ])('of 「%s」 ends: %s', (request, ends) => {
    const brief = briefByRules(wish(request));
    expect(brief.ends).toBe(ends);
    expect(brief.lose === '').toBe(ends === 'endless');
    expect(brief.checks.join().includes('ゲームオーバー')).toBe(ends === 'lost');
  });

  it.each([
    ['Make a cosy garden', 'en' as const],
    ['のんびりした釣り', 'ja' as const],
    ['pong for two players', 'en' as const],
    ['2人で遊べるエアホッケー', 'ja' as const],
    ['A visual novel about a rainy night', 'en' as const],
  ])(
    'of 「%s」 does not contradict how it ends, and names no kind that was not asked for',
    (request, language) => {
      const words = JSON.stringify(briefByRules(wish(request, { language })));
      expect(words).not.toMatch(/harder|難しくなる|ライフ|lives|action game|アクションを/);
    },
  );

  it('speaks the language of the player', () => {
    const brief = briefByRules(wish('Please make me a racing game', { language: 'en' }));
    expect(brief).toMatchObject({ genre: 'race', language: 'en', title: 'racing' });
    expect(JSON.stringify(brief)).not.toMatch(/[\p{Script=Hiragana}\p{Script=Han}]/u);
  });

  it('of a game like a known one tells the player that it will be another', () => {
    expect(briefSentence(briefByRules(wish('マリオのようなゲーム')))).toMatch(
      /このゲームだけのもの/,
    );
    const english = briefByRules(wish('a game like 2048', { language: 'en' }));
    expect(briefSentence(english)).toContain('its own');
    expect(briefByRules(wish('猫のゲーム')).likeness).toBeNull();
  });
});

describe('a brief by the model', () => {
  it('is one line each, in the language that is settled', () => {
    const brief = briefByModel(DesignedBrief.parse(designed), wish('x', { language: 'en' }));
    expect(brief).toMatchObject({ title: 'ねこ ジャンプ', language: 'en', by: 'model' });
    expect(brief.palette.text).toBe('#abcdef');
  });

  it('has the colours of the style that was chosen, whoever designs', () => {
    const chosen = wish('x', { styleId: 'neon' });
    for (const brief of [briefByModel(DesignedBrief.parse(designed), chosen), briefByRules(chosen)])
      expect(brief.palette).toEqual(styleGuide('2d', 'neon')?.palette);
  });

  it.each([
    ['no check', { checks: [] }, { by: 'rules' }],
    ['a kind that there is no playbook for', { genre: 'gambling' }, { genre: 'action' }],
    ['no title', { title: ' \n ' }, { title: 'x' }],
    ['a colour that is none', { palette: { text: 'red' } }, { title: 'ねこ ジャンプ' }],
    ['a figure with a path', { sprites: [{ ...designed.sprites[0], name: '../x' }] }, {}],
    ['five figures', { sprites: Array.from({ length: 5 }, () => designed.sprites[0]) }, {}],
    ['a list of controls', { controls: ['タップ', 'スワイプ'] }, { controls: 'タップ, スワイプ' }],
    ['nothing but a title', { pitch: 1, win: null, palette: [], sprites: {} }, { by: 'model' }],
  ])('with %s has the rest, and by rules what is missing', (_, fault, expected) => {
    const brief = briefByModel(DesignedBrief.parse({ ...designed, ...fault }), wish('x'));
    expect(GameBrief.parse(brief)).toEqual(brief);
    expect(brief).toMatchObject(expected);
    expect(brief.sprites.length).toBeLessThanOrEqual(4);
  });

  it('has long lines cut at a word', () => {
    const pitch = `${'a cozy idle garden with '.repeat(9)}end`;
    const read = DesignedBrief.parse({ ...designed, pitch }).pitch ?? '';
    expect(read).toMatch(/^(a cozy idle garden with )+a cozy idle…$/);
    expect([
      ...(DesignedBrief.parse({ ...designed, pitch: '猫'.repeat(200) }).pitch ?? ''),
    ]).toEqual([...'猫'.repeat(159), '…']);
  });

  it('of which nothing can be read is none', () => {
    for (const nothing of [{}, { genre: 'runner' }, [], null, 'words'])
      expect(DesignedBrief.safeParse(nothing).success).toBe(false);
  });

  it('is read back from a version, and anything else is nothing', () => {
    const brief = briefByModel(DesignedBrief.parse(designed), wish('x'));
    expect(readBrief(JSON.stringify(brief))).toEqual(brief);
    for (const text of ['', '{', '[]', JSON.stringify({ ...brief, by: 'me' })])
      expect(readBrief(text)).toBeNull();
  });
});

describe('what models are told of a design', () => {
  it('is the wish with what was chosen for it', () => {
    const prompt = designPrompt(wish('猫\nのゲーム', { styleId: 'neon', language: 'en' }));
    expect(prompt).toBe('Language: English\nDimension: 2d\nStyle: neon\nWish:\n> 猫\n> のゲーム');
  });

  it('is the whole brief for the run that makes it, and its checks for one that changes it', () => {
    const plain = { request: 'r', dimension: null, style: null, autoFix: false };
    const brief = briefByModel(DesignedBrief.parse(designed), wish('x'));
    const made = generationPrompt({ ...plain, brief });
    expect(made).toContain('\n> title: ねこ ジャンプ\n');
    expect(made).toContain('\n> figure cat: 猫; drawn as 丸と三角\n');
    expect(made).toContain('\n> has to be true: 点が増える');
    expect(generationPrompt({ ...plain, checks: brief.checks })).toBe(
      'r\n\n=== True of this game so far ===\n> 跳ぶ\n> 落ちる\n> 点が増える',
    );
    expect(generationPrompt({ ...plain, checks: [] })).toBe('r');
  });
});
