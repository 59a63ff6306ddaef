import { describe, expect, it } from 'vitest';
import { touchedWin, unwonNotes } from './win-code.js';

const GAME = `let bossDue = true;
let points = 0;
function cleared() {
  wave += 1;
  if (wave >= WAVES) { phase = 'won'; return; }
}
function left() {
  return bricks.filter((each) => !each.steel).length;
}
function step() {
  if (spawned) {
    bossDue = false;
    points += 10;
  }
  if (!bossDue && left() === 0) cleared();
  draw(left(), bossDue);
}`;
const changed = (from: string, to: string): string | null =>
  touchedWin(GAME, GAME.replace(from, to));

describe('P3: a change that touches what a win depends on', () => {
  it.each([
    ['the line that wins', 'wave >= WAVES', 'wave > WAVES', /phase = 'won'/],
    ['the line that decides it', '&& left() === 0', '&& left() < 0', /cleared\(\)/],
    ['what it asks for', 'return bricks.filter(', 'return bricks.slice(', null],
    ['a function that it asks', 'function left() {', 'function left() { tick();', /left/],
    ['a value that it reads', '    bossDue = false;\n', '', /^bossDue = false;$/],
    ['points', 'points += 10', 'points += 20', null],
    ['what only shows it', 'draw(left(), bossDue)', 'draw(bossDue, left())', null],
  ])('is known by %s', (_, from, to, line) => {
    expect(changed(from, to)).toEqual(line === null ? null : expect.stringMatching(line));
  });

  it('is noted where no run of it has won, in a file that both have', async () => {
    const won = GAME.replace('wave >= WAVES', 'wave > WAVES');
    const [before, after] = [{ 'index.html': GAME }, { 'new.js': GAME, 'index.html': won }];
    const scriptsOf = async (file: string) =>
      new Map(Object.entries<string>(file === 'after' ? after : before));
    const pages = { scriptsOf };
    const notes = async (isWon: boolean) => {
      const facts = [{ isWon }] as Parameters<typeof unwonNotes>[1]['facts'];
      const parent = { parcelFile: 'before', tapes: null };
      return (await unwonNotes(pages, { parcelFile: 'after', parent, facts })).map((each) => [
        each.code,
        each.evidence,
      ]);
    };
    expect(await notes(false)).toEqual([['unwon', "if (wave > WAVES) { phase = 'won'; return; }"]]);
    expect(await notes(true)).toEqual([]);
  });
});
