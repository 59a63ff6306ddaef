import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { ERROR_POLICY } from '../../src/contracts/errors.js';
import { FAULTS, listParam, note, NOTES, type NoteCode } from '../../src/contracts/notes.js';
import { SENTENCES } from '../../src/contracts/sentences.js';
import { languageOf } from '../../src/domain/language.js';
import { STYLES } from '../../src/domain/styles.js';

type Catalogues = Readonly<Record<string, Record<string, unknown>>>;
const load = async (name: string): Promise<Catalogues> =>
  import(
    String(pathToFileURL(path.join(PROJECT_ROOT, 'public', 'js', 'texts', name)))
  ) as Promise<Catalogues>;

/** Every text of a catalogue, with something in each of its places. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function')
    return textsOf((value as (...places: unknown[]) => unknown)(7, 8));
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

describe('the English of the screens', () => {
  it('has words for every sentence and failure of the server, and every style', async () => {
    const { enSaid = {}, enStyles = {} } = await load('en-said.js');
    expect(Object.keys(enSaid).toSorted()).toEqual(
      Object.keys({ ...SENTENCES, ...NOTES, ...ERROR_POLICY }).toSorted(),
    );
    const styles = new Set([...STYLES['2d'], ...STYLES['3d']].map(({ id }) => id));
    expect(Object.keys(enStyles).toSorted()).toEqual([...styles].toSorted());
  });

  it('says notes as the server does, in both languages', async () => {
    const [{ jaSaid = {} }, { enSaid = {} }] = [await load('ja-said.js'), await load('en-said.js')];
    const codes = Object.keys(NOTES) as NoteCode[];
    const faults = listParam(Object.keys(FAULTS));
    const params = { missing: '1', total: '3', faults, checks: '猫\n魚' };
    const said = (words: unknown): unknown =>
      typeof words === 'function' ? (words as (places: typeof params) => unknown)(params) : words;
    expect(Object.keys(jaSaid).toSorted()).toEqual(codes.toSorted());
    for (const code of codes) {
      expect(said(jaSaid[code])).toBe(note(code, params, 'ja'));
      expect(said(enSaid[code])).toBe(note(code, params, 'en'));
    }
  });

  it('is English: only the switch to Japanese says so in Japanese', async () => {
    const { en = {} } = await load('en.js');
    const { switchLanguage, ...rest } = en;
    expect(switchLanguage).toBe('日本語');
    expect(textsOf(rest).filter((each) => languageOf(each) === 'ja')).toEqual([]);
  });
});
