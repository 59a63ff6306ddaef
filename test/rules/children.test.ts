import { expect, it } from 'vitest';
import { readText, trackedFiles } from './files.js';

/** The declarations of a source that start children which outlive their parent. */
const abandoned = (source: string): string[] =>
  [...source.matchAll(/\bABANDON\b/g)].map(({ index }) =>
    source.slice(Math.max(0, source.lastIndexOf('\n}', index)), source.indexOf('\n}', index)),
  );

it('a child that outlives its parent ends at last: deploy drain waits for it (O4)', () => {
  const files = trackedFiles().filter((file) => /^src\/workflows\/.*(?<!\.test)\.ts$/.test(file));
  const all = files.flatMap((file) => abandoned(readText(file)).map((how) => ({ file, how })));
  expect(all.length).toBeGreaterThan(5);
  const endless = all.filter(({ how }) => !how.includes('workflowExecutionTimeout: '));
  expect(endless.map(({ file }) => file)).toEqual([]);
});
