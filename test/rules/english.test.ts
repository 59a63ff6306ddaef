import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { ERROR_POLICY } from '../../src/contracts/errors.js';
import { NOTES, SENTENCES } from '../../src/contracts/sentences.js';
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

  it('stands beside a Japanese of what the server says in the language of the chat', async () => {
    const { ja = {} } = await load('ja.js');
    expect(Object.keys(ja['said'] as object).toSorted()).toEqual(Object.keys(NOTES).toSorted());
  });

  it('is English: only the switch to Japanese says so in Japanese', async () => {
    const { en = {} } = await load('en.js');
    const { switchLanguage, ...rest } = en;
    expect(switchLanguage).toBe('日本語');
    expect(textsOf(rest).filter((each) => languageOf(each) === 'ja')).toEqual([]);
  });
});
