import { describe, expect, it } from 'vitest';
import { ERROR_POLICY } from '../base/errors.js';
import { en } from './en.js';
import { ja } from './ja.js';
import { Message, errorText, message, messageOf, notice, paragraphs, render } from './message.js';

const placesOf = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

describe('the catalogue of messages', () => {
  it('N1: has every failure, and the same places in both languages', () => {
    const words: Readonly<Record<string, string>> = ja.said;
    expect(Object.keys(ERROR_POLICY).filter((kind) => words[kind] === undefined)).toEqual([]);
    for (const [code, english] of Object.entries(en.said))
      expect([code, placesOf(english).toSorted()]).toEqual([
        code,
        placesOf(words[code] ?? '').toSorted(),
      ]);
  });

  it('renders params once, a list with its separator, and leaves out what has no param', () => {
    const faulty = message('GAME_FAULTY', { faults: ['deaf', 'csp'] });
    expect(render(faulty, 'en')).toContain('it does not react to touch; it asks for data');
    expect(render(message('REMIXED_FROM', { title: '{title} $& [x]' }))).toBe(
      '「{title} $& [x]」をもとに作りました',
    );
    expect(errorText('STORAGE_LIMIT_EXCEEDED')).not.toContain('大きいもの');
    expect(render(message('STORAGE_LIMIT_EXCEEDED', { largest: 'a (3 MB)' }), 'en')).toContain(
      '\nThe largest: a (3 MB)',
    );
  });

  it('N1: notes below the text of a model keep their codes; one part is itself', () => {
    const text = { text: '猫のゲームです' };
    const said = paragraphs([text, message('GAME_UNPLAYED')]);
    expect(render(said, 'ja')).toMatch(/^猫のゲームです\n\n（今回は/);
    expect(render(said, 'en')).toMatch(/^猫のゲームです\n\n\(It could not/);
    expect(paragraphs([text])).toBe(text);
    expect(Message.parse(JSON.parse(JSON.stringify(said)))).toEqual(said);
  });

  it('N1: a code is taken only with its params; text is text, whatever it imitates', () => {
    expect(messageOf('STEP_WAITING', { position: 2 }, '')).toEqual(
      message('STEP_WAITING', { position: 2 }),
    );
    for (const [code, params] of [
      ['STEP_WAITING', {}],
      ['NO_SUCH_CODE', {}],
      [null, null],
      ['PARAGRAPHS', { paragraphs: [{ code: 'GAME_TUNED', params: {} }] }],
    ])
      expect(messageOf(code, params, 'ゲームを調整しました: a')).toEqual({
        text: 'ゲームを調整しました: a',
      });
  });

  it('N1: two notices of one text have two codes', () => {
    const [made, out] = (['GAME_REGISTERED', 'GAME_PUBLISHED'] as const).map((code) =>
      notice(code, { title: '猫' }),
    );
    expect(made?.message).toBe(out?.message);
    expect([made?.code, out?.code]).toEqual(['GAME_REGISTERED', 'GAME_PUBLISHED']);
  });
});
