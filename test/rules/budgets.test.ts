import { describe, expect, it } from 'vitest';
import { habitualLines, linesByRoom } from '../../scripts/measure/figures.js';
import { isCode, parseSource } from '../../scripts/measure/source.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { readBudgets } from './budgets.js';
import { trackedFiles } from './files.js';

const budgets = readBudgets();
const sources = trackedFiles()
  .filter((file) => /^(src|dev|public|tools|video|modal|kit)\//.test(file) && isCode(file))
  .map((file) => parseSource(PROJECT_ROOT, file));

describe('budgets', () => {
  it('no room has more lines of code than it is allowed; raising one says what was removed', () => {
    const rooms = linesByRoom(sources);
    const rows = [...rooms].toSorted().map(([room, used]) => {
      const allowed = budgets.linesOfCode[room] ?? 0;
      return { room, used, allowed, isOver: used > allowed };
    });
    process.stdout.write(
      rows
        .map(
          ({ room, used, allowed }) => `${room.padEnd(16)} ${used} of ${allowed} lines of code\n`,
        )
        .join(''),
    );
    expect(rows.filter(({ isOver }) => isOver)).toEqual([]);
    expect(Object.keys(budgets.linesOfCode).toSorted()).toEqual([...rooms.keys()].toSorted());
  });

  it('comments are written in the words of the field', () => {
    const lines = habitualLines(sources);
    expect(lines.slice(budgets.habitualCommentLines)).toEqual([]);
  });
});
