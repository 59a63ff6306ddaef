import { describe, expect, it } from 'vitest';
import { ERROR_POLICY } from './errors.js';
import { codeOf, coded, kindOf, note, sentence } from './sentences.js';

describe('sentences of the server', () => {
  it('each is known again by its code, and what stands in it', () => {
    expect(codeOf(sentence('STEP_READING_FILE', { file: 'js/a.js' }))).toEqual({
      code: 'STEP_READING_FILE',
      params: { file: 'js/a.js' },
    });
    expect(codeOf(sentence('STEP_WAITING', { position: '3' }))?.params).toEqual({ position: '3' });
    expect(codeOf(sentence('REMIXED_FROM', { title: 'a\n「b」' }))?.params).toEqual({
      title: 'a\n「b」',
    });
    expect(codeOf('ゲームを更新しました')).toEqual({ code: 'GAME_UPDATED', params: {} });
  });

  it('what a person or a model wrote has no code', () => {
    for (const text of ['敵を増やしました', 'I have made it', '', null, undefined]) {
      expect(codeOf(text)).toBeNull();
      expect(coded(text)).toEqual({});
    }
  });

  it('a note below the words of a model is found in either language, and nothing else is', () => {
    const counted = { missing: '1', total: '3' };
    for (const language of ['ja', 'en'] as const) {
      const text = note('SPRITES_MISSING', counted, language);
      const told = { text, code: 'SPRITES_MISSING', params: counted };
      expect(coded(`猫のゲームです\n\n${text}\n\n提案: 速く`)).toEqual({ notes: [told] });
    }
    expect(coded('README を読んでいます\n\nできました')).toEqual({});
  });

  it('every sentence of the error table leads to a kind that says the same', () => {
    for (const { sentence: words } of Object.values(ERROR_POLICY)) {
      const kind = kindOf(words) as keyof typeof ERROR_POLICY;
      expect(ERROR_POLICY[kind].sentence).toBe(words);
    }
    expect(kindOf('回答完了')).toBeUndefined();
    const { sentence: full } = ERROR_POLICY.STORAGE_LIMIT_EXCEEDED;
    expect(codeOf(`${full}\n大きいもの: 「a」(3 MB)`)).toEqual({
      code: 'STORAGE_LIMIT_EXCEEDED',
      params: { largest: '「a」(3 MB)' },
    });
  });
});
