import { describe, expect, it } from 'vitest';
import { ERROR_REPORT } from '../../contracts/messages/error-report.js';
import type { PendingQuestion } from '../../contracts/wire/frames.js';
import { detectIntent } from '../intent/intent.js';
import {
  decidePlan,
  effectiveRequest,
  planLanguage,
  type MessageReading,
} from './generation-plan.js';
import { evaluateStyleGate, mentionedDimension } from '../styles/style-gate.js';
import { STYLES, styleDocument, findStyle } from '../styles/styles.js';

const asked: PendingQuestion = {
  type: 'dimension',
  message: '?',
  suggestions: ['2Dで作成', '3Dで作成'],
  request: '宇宙シューティングを作って',
};

describe('what a message wants (keywords)', () => {
  it.each([
    ['元に戻して', false, 'restore'],
    ['前のバージョンに戻して', false, 'restore'],
    ['元に戻して', true, 'edit'],
    ['敵を青にして', false, 'edit'],
    ['ボスを追加', false, 'edit'],
    ['もっと速くしてください', false, 'edit'],
    ['このゲームはどうやって遊ぶの？', false, 'chat'],
    ['得点の仕組みを教えて', false, 'chat'],
    ['なぜ敵が消えるのかわからない', false, 'chat'],
    ['スコアって何', false, 'chat'],
    ['どんなゲームが作れますか？', true, 'chat'],
    ['どうぶつ集めゲームを作って', true, 'edit'],
    ['どうくつ探検', true, 'edit'],
    ['2Dのシューティングゲームを作って', true, 'edit'],
  ] as const)('%s (new project: %s) → %s', (content, isNew, intent) => {
    expect(detectIntent(content, isNew)).toBe(intent);
  });
});

describe('A2: the style gate', () => {
  it.each([
    ['2Dのシューティングゲームを作って', '2d'],
    ['３ｄのゲーム', null],
    ['３Dのゲーム', '3d'],
    ['2Dと3Dのゲーム', '3d'],
    ['create a 3d game', '3d'],
    ['Make a 2D shooter', '2d'],
    ['Build me something in 3D', '3d'],
    ['What makes it 2D?', null],
    ['2Dの背景', null],
    ['ゲームを作って', null],
    ['2Dで作成', '2d'],
  ] as const)('%s → %s', (content, dimension) => {
    expect(evaluateStyleGate({ content, isNewProject: true })?.dimension ?? null).toBe(dimension);
  });

  it('asks only for a new project, once, with 19 or 12 styles', () => {
    const content = '2Dのゲームを作って';
    expect(evaluateStyleGate({ content, isNewProject: false })).toBeNull();
    expect(evaluateStyleGate({ content, isNewProject: true, skipStyleSelection: true })).toBeNull();
    expect(
      evaluateStyleGate({
        content,
        isNewProject: true,
        selectedStyle: { dimension: '2d', styleId: 'neon' },
      }),
    ).toBeNull();
    expect(evaluateStyleGate({ content, isNewProject: true })?.styles).toHaveLength(19);
    expect(evaluateStyleGate({ content: '3Dのゲーム', isNewProject: true })?.styles).toHaveLength(
      12,
    );
  });

  it('takes full-width digits for a dimension and no other letters', () => {
    expect(mentionedDimension('２Dで')).toBe('2d');
    expect(mentionedDimension('2次元')).toBeNull();
  });
});

describe('the dimension question', () => {
  const base = {
    isNewProject: true,
    selectedStyle: null,
    autoFix: false,
    skipStyleSelection: false,
    pending: null,
    reading: null,
    spokenBefore: null,
  };

  it('is asked when a new game names no dimension, and remembers the request', () => {
    expect(decidePlan({ ...base, content: '宇宙シューティングを作って' })).toMatchObject({
      kind: 'question',
      suggestions: ['2Dで作成', '3Dで作成'],
      request: '宇宙シューティングを作って',
    });
  });

  it('is answered by 「3Dで作成」: the request is the one that was asked about', () => {
    expect(effectiveRequest('3Dで作成', asked)).toBe('3Dで宇宙シューティングを作って');
    expect(
      decidePlan({
        ...base,
        content: '3Dで作成',
        pending: asked,
        selectedStyle: { dimension: '3d', styleId: 'neon' },
      }),
    ).toMatchObject({
      kind: 'generate',
      request: '3Dで宇宙シューティングを作って',
      dimension: '3d',
      style: { id: 'neon' },
    });
  });

  it('keeps what the answer adds, and never replaces a request of its own', () => {
    expect(effectiveRequest('3Dで、敵はネコ', asked)).toBe(
      '宇宙シューティングを作って\n3Dで、敵はネコ',
    );
    expect(effectiveRequest('3Dでカーレースを作って', null)).toBe('3Dでカーレースを作って');
  });

  it('is not asked for an existing game or a repair', () => {
    expect(decidePlan({ ...base, isNewProject: false, content: '敵を青にして' })).toMatchObject({
      kind: 'generate',
      dimension: null,
    });
    expect(decidePlan({ ...base, autoFix: true, content: 'どうして error?' })).toMatchObject({
      kind: 'generate',
    });
  });
});

describe('a message that the small model has read', () => {
  const base = {
    isNewProject: false,
    selectedStyle: null,
    autoFix: false,
    skipStyleSelection: false,
    pending: null,
    spokenBefore: null,
  };
  const reading: MessageReading = {
    intent: 'edit',
    request: '敵の速さを半分にして',
    dimension: null,
    styleId: null,
    language: 'ja',
  };

  it('means what the model says, unless a question was answered or a style picked', () => {
    const content = 'さっきの半分くらい';
    expect(decidePlan({ ...base, content, reading })).toMatchObject({
      kind: 'generate',
      request: content,
      meaning: '敵の速さを半分にして',
    });
    const chat = { ...reading, intent: 'chat' as const };
    expect(decidePlan({ ...base, content, reading: chat })).toEqual({ kind: 'chat' });
    expect(
      decidePlan({
        ...base,
        isNewProject: true,
        content: '3Dで作成',
        pending: asked,
        reading: chat,
      }),
    ).toMatchObject({ kind: 'generate', request: '3Dで宇宙シューティングを作って', meaning: null });
  });

  it('has a meaning of its own only when that differs, and only where there is a game', () => {
    const same = { ...reading, request: ' 敵を青にして ' };
    expect(decidePlan({ ...base, content: '敵を青にして', reading: same })).toMatchObject({
      meaning: null,
    });
    const first = { ...base, isNewProject: true, content: '2Dの猫のゲーム', reading };
    expect(decidePlan(first)).toMatchObject({ kind: 'generate', meaning: null });
  });

  it('goes back to nothing in a project without a game', () => {
    const restore = { ...reading, intent: 'restore' as const };
    const first = { ...base, isNewProject: true, content: '2Dの猫のゲーム', reading: restore };
    expect(decidePlan(first)).toMatchObject({ kind: 'generate' });
  });

  it('may name a dimension only by words that speak of one', () => {
    const flat = { ...reading, dimension: '3d' as const };
    const first = { ...base, isNewProject: true, reading: flat };
    expect(decidePlan({ ...first, content: '立体の迷路を作って' })).toMatchObject({
      kind: 'generate',
      dimension: '3d',
    });
    expect(decidePlan({ ...first, content: '迷路を作って' })).toMatchObject({ kind: 'question' });
  });

  it('brings the style that its words name to a first game, and to no other', () => {
    const first = { ...base, isNewProject: true, reading: null };
    expect(decidePlan({ ...first, content: '2Dのドット絵の迷路を作って' })).toMatchObject({
      style: { id: 'retro' },
    });
    expect(decidePlan({ ...first, content: '3Dのドット絵の迷路を作って' })).toMatchObject({
      style: null,
    });
    expect(decidePlan({ ...base, reading: null, content: '2Dのドット絵にして' })).toMatchObject({
      style: null,
    });
  });
});

describe('A2: a message of a client that has nothing asked', () => {
  const unasked = {
    content: '宇宙を飛ぶレースを作って',
    isNewProject: true,
    selectedStyle: null,
    autoFix: false,
    skipStyleSelection: true,
    pending: null,
    spokenBefore: null,
  };
  const reading: MessageReading = {
    intent: 'edit',
    request: unasked.content,
    dimension: '3d',
    styleId: 'neon',
    language: 'ja',
  };
  const look: PendingQuestion = {
    type: 'look',
    dimension: '3d',
    styleId: 'neon',
    styles: [],
    request: unasked.content,
  };

  it('gets what the reading chose, without words for it; its own words go first', () => {
    expect(decidePlan({ ...unasked, reading })).toMatchObject({
      dimension: '3d',
      style: { id: 'neon' },
      look: { dimension: '3d', styleId: 'neon', sketch: 'race-3d-ja' },
    });
    const named = { ...reading, genre: 'maze' as const };
    expect(decidePlan({ ...unasked, reading: named })).toMatchObject({
      look: { sketch: 'maze-ja' },
    });
    expect(decidePlan({ ...unasked, reading, content: '2Dの水彩のレース' })).toMatchObject({
      dimension: '2d',
      style: { id: 'watercolor' },
    });
  });

  it.each([
    ['ブロック崩し', null, 'breakout-ja'],
    ['釣りゲームを作って', null, 'fishing-ja'],
    ['a brick breaker with powerups', null, 'breakout-en'],
    ['air hockey for two players', 'action', 'duel-en'],
    ['同じ色の泡を消すゲーム', 'puzzle', 'bubbles-ja'],
    ['a memory game with animals', 'puzzle', 'cards-en'],
    ['a fishing quiz', 'quiz', 'quiz-en'],
    ['2人対戦のレース', 'race', 'race-ja'],
    ['カードで戦うRPG', 'rpg', 'rpg-ja'],
    ['おまつりのゲーム', 'action', 'action-ja'],
  ] as const)('is sketched by what it plays like: %s, read as %s', (content, genre, sketch) => {
    const read = genre && { ...reading, request: content, genre, dimension: null };
    const plan = decidePlan({
      ...unasked,
      content,
      reading: read && { ...read, language: sketch.endsWith('en') ? 'en' : 'ja' },
    });
    expect(plan).toMatchObject({ look: { sketch } });
  });

  it('is 2D, in a look of its own, where there is no reading or no such style', () => {
    const open = { dimension: '2d', style: null, look: { dimension: '2d', styleId: null } };
    expect(decidePlan({ ...unasked, reading: null })).toMatchObject(open);
    const other = { ...reading, dimension: null, styleId: 'voxel' };
    expect(decidePlan({ ...unasked, reading: other })).toMatchObject(open);
  });

  it('answers, repairs and changes as before', () => {
    const chat = { ...reading, intent: 'chat' as const };
    expect(decidePlan({ ...unasked, reading: chat })).toEqual({ kind: 'chat' });
    expect(decidePlan({ ...unasked, reading: null, autoFix: true })).toMatchObject({ look: null });
    const change = { ...unasked, isNewProject: false, content: '敵を青にして', reading };
    expect(decidePlan(change)).toMatchObject({ dimension: null, look: null });
  });

  it('changes the look of a game, and repeats the wish of one that was not made', () => {
    const selectedStyle = { dimension: '3d' as const, styleId: 'toon' };
    const change = { ...unasked, content: '見た目を変えて', selectedStyle, reading: null };
    const card = { ...change, pending: look };
    const made = { ...card, isNewProject: false };
    expect(decidePlan(made)).toMatchObject({ request: '見た目を変えて', style: { id: 'toon' } });
    expect(decidePlan(made)).not.toHaveProperty('look.sketch');
    expect(decidePlan(card)).toMatchObject({ request: `${unasked.content}\n見た目を変えて` });
    const flat = { ...card, selectedStyle: null, content: '2Dにして' };
    expect(decidePlan(flat)).toMatchObject({ request: `2Dで${unasked.content}` });
    const anew = { ...flat, content: '2Dの猫のゲームを作って' };
    expect(decidePlan(anew)).toMatchObject({ request: '2Dの猫のゲームを作って' });
  });
});

describe('the language that a job speaks', () => {
  const base = { content: '2D', pending: null, reading: null, spokenBefore: null };

  it("is the message's own, else that of the question, of earlier lines, Japanese", () => {
    expect(planLanguage({ ...base, content: 'a cat game' })).toBe('en');
    expect(planLanguage({ ...base, content: '猫のゲーム' })).toBe('ja');
    const report = `${ERROR_REPORT}\n[error] Uncaught ReferenceError: player is not defined`;
    expect(planLanguage({ ...base, content: report })).toBe('ja');
    const english = { ...asked, request: 'a space shooter' };
    expect(planLanguage({ ...base, content: '2Dで作成', pending: english })).toBe('en');
    expect(planLanguage({ ...base, spokenBefore: 'en' })).toBe('en');
    expect(planLanguage(base)).toBe('ja');
  });

  it("keeps V2's literals for the buttons, and asks in the player's words", () => {
    const plan = { ...base, selectedStyle: null, autoFix: false, skipStyleSelection: false };
    expect(decidePlan({ ...plan, isNewProject: true, content: 'a space shooter' })).toMatchObject({
      message: 'Shall the game be 2D or 3D?',
      suggestions: ['2Dで作成', '3Dで作成'],
    });
    expect(decidePlan({ ...plan, isNewProject: false, content: 'undo' })).toMatchObject({
      message: expect.stringMatching(/previous version/) as unknown,
      confirmLabel: '戻す',
    });
    expect(effectiveRequest('3Dで作成', { ...asked, request: 'a space shooter' })).toBe(
      'a space shooter (3D)',
    );
  });
});

describe('styles', () => {
  it('are 31, each id once per dimension', () => {
    const all = [
      ...STYLES['2d'].map(({ id }) => `2d/${id}`),
      ...STYLES['3d'].map(({ id }) => `3d/${id}`),
    ];
    expect(new Set(all).size).toBe(31);
  });

  it('are written to STYLE.md with their id and dimension', () => {
    expect(styleDocument('2d', findStyle('2d', 'retro')!)).toMatch(
      /^# レトロドット絵\nID: retro\nDimension: 2d\n\n/,
    );
    expect(findStyle('3d', 'retro')).toBeNull();
  });
});
