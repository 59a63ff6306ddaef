import { describe, expect, it } from 'vitest';
import { ERROR_POLICY } from './errors.js';
import { FAULTS, listParam, note } from './notes.js';
import { codeOf, coded, kindOf, sentence } from './sentences.js';

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

  it.each(['ja', 'en'] as const)(
    'lists in a note come back as codes and checks: %s',
    (language) => {
      const faults = listParam(Object.keys(FAULTS));
      const checks = listParam(['敵が三匹いる', 'It has three lives.', '敵が三匹いる']);
      const told = (
        [
          ['GAME_UNPLAYED', {}],
          ['GAME_FAULTY', { faults: 'deaf' }],
          ['GAME_MENDED', { faults }],
          ['CHECKS_UNMET', { checks }],
        ] as const
      ).map(([code, params]) => ({ text: note(code, params, language), code, params }));
      expect(checks).toBe('敵が三匹いる\nIt has three lives.');
      expect(coded(['猫のゲームです', ...told.map(({ text }) => text)].join('\n\n'))).toEqual({
        notes: told,
      });
    },
  );

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
