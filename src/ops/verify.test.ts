import { expect, it } from 'vitest';
import { renderVerified } from './verify.js';

it('npx dreamcore verify has what is lost, by owner and project, and whether it stands', () => {
  const lost = [{ userId: 'u1', projectId: 'p1', what: '2 versions' }];
  expect(renderVerified({ looked: 12, broughtBack: 3, lost }, true)).toBe(
    [
      'user  project  lost',
      'u1    p1       2 versions',
      '12 versions, files and published copies looked for, 3 objects brought back.',
      'House-keeping removes nothing until this is clean, or --accept says that it is lost.',
    ].join('\n'),
  );
});

it('npx dreamcore verify has one line where all is there', () => {
  expect(renderVerified({ looked: 2, broughtBack: 0, lost: [] }, false)).toBe(
    '2 versions, files and published copies looked for, 0 objects brought back: all are there.',
  );
});
