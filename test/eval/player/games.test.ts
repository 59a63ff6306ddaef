import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { readPage } from '../../../src/runner/candidate/html.js';
import { casesOf, CLASSES, strangersGames, TOLD_FAULTS } from './games.js';

const games = await strangersGames();
const cases = games.flatMap(casesOf);
const pages = cases.filter(({ kind }) => kind !== 'again');
const shareOf = (count: number, of: number): number => count / of;

describe('the games of strangers', () => {
  it('are 42, of both languages, flat and deep, half without any declaration', () => {
    expect(games).toHaveLength(42);
    const share = (fits: (about: (typeof games)[number]['about']) => boolean): number =>
      shareOf(games.filter(({ about }) => fits(about)).length, games.length);
    expect(share(({ language }) => language === 'ja')).toBeGreaterThan(0.4);
    expect(share(({ language }) => language === 'en')).toBeGreaterThan(0.4);
    expect(share(({ declares }) => declares === 'nothing')).toBeGreaterThanOrEqual(0.5);
    const made = new Set(games.map((game) => game.about.made));
    expect([...made].sort()).toEqual(['canvas', 'dom', 'p5', 'three']);
  });

  it('have faults, breaks, cosmetic edits and doubles, each told apart', () => {
    const counts = CLASSES.map((each) => cases.filter(({ kind }) => kind === each).length);
    expect(counts).toEqual([42, 84, 126, 126, 48, 96, 84]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(new Set(pages.map(({ html }) => html)).size).toBe(pages.length);
  });

  it('have each of the faults that were told', () => {
    const operators = cases.flatMap((each) => (each.fault === null ? [] : [each.operator]));
    expect(TOLD_FAULTS.filter((fault) => !operators.includes(fault))).toEqual([]);
  });

  it('are whole pages whose scripts parse, edited or not', () => {
    const wrong = pages.flatMap(({ id, html }) => {
      const { scripts, defect } = readPage(html);
      const told = defect === null ? [] : [`${id}: ${defect}`];
      return [
        ...told,
        ...scripts.flatMap((script) => defectOf(script).map((why) => `${id}: ${why}`)),
      ];
    });
    expect(wrong).toEqual([]);
  });
});

function defectOf({ code, type }: ReturnType<typeof readPage>['scripts'][number]): string[] {
  if (type !== 'classic' && type !== 'module') return [];
  try {
    parse(code, { ecmaVersion: 'latest', sourceType: type === 'module' ? 'module' : 'script' });
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
