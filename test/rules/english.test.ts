import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { languageOf } from '../../src/domain/text/language.js';
import { STYLES } from '../../src/domain/styles/styles.js';

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
  it('has words for every style', async () => {
    const { enStyles = {} } = await load('en-styles.js');
    const styles = new Set([...STYLES['2d'], ...STYLES['3d']].map(({ id }) => id));
    expect(Object.keys(enStyles).toSorted()).toEqual([...styles].toSorted());
  });

  it('is English: only the switch to Japanese says so in Japanese', async () => {
    const { en = {} } = await load('en.js');
    const { switchLanguage, ...rest } = en;
    expect(switchLanguage).toBe('日本語');
    expect(textsOf(rest).filter((each) => languageOf(each) === 'ja')).toEqual([]);
  });
});
