import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../config.js';
import { languageOf } from '../text/language.js';
import { mentionedDimension } from '../styles/style-gate.js';
import { mentionedStyle } from '../styles/style-words.js';
import { detectIntent } from './intent.js';

/** Messages as people write them, and what they mean. */
const MESSAGES = readFileSync(path.join(PROJECT_ROOT, 'test/fixtures/messages.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [intent, project, language, dimension, style, set, text = ''] = line.split('\t');
    return { intent, isNew: project === 'new', language, dimension, style, set, text };
  });
const ENOUGH = 0.9;

/** The share of messages for which `isRight` holds; the others are shown when it is too small. */
function expectMostly(
  messages: typeof MESSAGES,
  isRight: (message: (typeof MESSAGES)[number]) => boolean,
): void {
  const wrong = messages.filter((message) => !isRight(message)).map(({ text }) => text);
  const share = 1 - wrong.length / messages.length;
  expect(share, wrong.join('\n')).toBeGreaterThanOrEqual(ENOUGH);
}

const hasIntent = ({ text, isNew, intent }: (typeof MESSAGES)[number]): boolean =>
  detectIntent(text, isNew) === intent;

describe('what a message wants, by keywords', () => {
  it('is known from at least 200 sentences, each once', () => {
    expect(MESSAGES.length).toBeGreaterThanOrEqual(200);
    expect(new Set(MESSAGES.map(({ text }) => text)).size).toBe(MESSAGES.length);
  });

  it.each(['study', 'held', 'later'])('is right for nine of ten sentences of the set %s', (set) => {
    expectMostly(
      MESSAGES.filter((message) => message.set === set),
      hasIntent,
    );
  });

  it.each(
    ['restore', 'chat', 'edit'].flatMap((intent) =>
      ['ja', 'en'].map((language) => [intent, language] as const),
    ),
  )('is right for nine of ten that mean %s in %s', (intent, language) => {
    expectMostly(
      MESSAGES.filter((message) => message.intent === intent && message.language === language),
      hasIntent,
    );
  });

  it('comes with the dimension, the style and the language that the words name', () => {
    const named = (value: string | null): string => value ?? '-';
    expectMostly(MESSAGES, ({ text, dimension }) => named(mentionedDimension(text)) === dimension);
    expectMostly(MESSAGES, ({ text, style }) => named(mentionedStyle(text)) === style);
    expectMostly(MESSAGES, ({ text, language }) => languageOf(text) === language);
  });

  it.each([
    ['敵を速くできますか？', 'edit'],
    ['Can you make the enemies faster?', 'edit'],
    ['このゲームの遊び方は？', 'chat'],
    ['さっきの方が良かった', 'restore'],
    ['敵の速さを元に戻して', 'edit'],
    ['前の速さに戻して', 'edit'],
    ['最初の背景の色にもどして', 'edit'],
    ['最初の状態に戻して', 'restore'],
    ['Add an undo button', 'edit'],
    ['さかな', 'edit'],
    ['game', 'edit'],
  ] as const)('never mistakes %s', (text, intent) => {
    expect(detectIntent(text, false)).toBe(intent);
  });

  it('a project without a game has nothing to restore', () => {
    expect(detectIntent('元に戻して', true)).toBe('edit');
    expect(detectIntent('undo', true)).toBe('edit');
  });
});

describe('the language of a text', () => {
  it.each([
    ['make it 速く', 'ja'],
    ['faster', 'en'],
    ['2D', null],
    ['👍', null],
  ] as const)('%s → %s', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });
});
