import { expect, it } from 'vitest';
import { claimsWork } from './answer-text.js';

it.each([
  '星を集めるゲームを作りました!',
  '敵を追加しました。',
  '背景を夜空に変更しました。',
  '完成しました',
  'スピードを直しました',
  'ゲームができました',
  'I have created the game.',
  "I've added two enemies.",
  'The game is now ready.',
])('E2: %s tells of work', (text) => expect(claimsWork(text)).toBe(true));

it.each([
  'ジャンプは画面のタップです。',
  'どんなゲームを作りましょうか?',
  'その変更はできませんでした。',
  '敵を追加できます。どの色にしますか?',
  'それは色の話ですね。',
  'いいえ',
  'I can add enemies. Which colour?',
])('E2: %s does not', (text) => expect(claimsWork(text)).toBe(false));
