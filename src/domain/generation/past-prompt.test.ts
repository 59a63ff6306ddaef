import { expect, it } from 'vitest';
import { PAGE_BEFORE, PAGE_NOW, pastBlock } from './past-prompt.js';

it('the past of a game names the files that there are, each with what it holds', () => {
  const first = pastBlock('/opt/skills/past', ['changes.md', PAGE_NOW]);
  expect(first).toContain('/opt/skills/past/changes.md: what the last changes asked for');
  expect(first).toContain('/opt/skills/past/page-now.html: index.html as it is\n');
  expect(first).not.toContain(PAGE_BEFORE);
  expect(pastBlock('/p', [PAGE_BEFORE])).toContain('/p/page-before.html: index.html one version');
});
