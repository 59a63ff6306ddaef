import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePlugin } from './skills.js';
import { fileFolder } from '../../test/support/own-folder.js';

const FILES = {
  'a.md': '# How\n',
  'a-example.html': '<p>page</p>\n',
  'b.md': '# Other\n',
};

const folder = fileFolder();

describe('the plugin of a run', () => {
  it('has one skill with the chosen pages and no other, which nothing may write', async () => {
    const plugin = join(folder, 'plugin');
    const past = [{ name: 'changes.md', content: 'x' }];
    await writePlugin(plugin, { skills: ['a', 'a-example'], past }, FILES);
    const entries = await readdir(plugin, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(3);
    expect(await readFile(join(plugin, 'skills/make/SKILL.md'), 'utf8')).toBe(
      '---\nname: make\ndescription: a, a-example - how this game is made.\n---\n\n# How\n\n' +
        '# A small complete game\n\n```html\n<p>page</p>\n```',
    );
    for (const file of ['skills/make/SKILL.md', 'past/changes.md'])
      expect((await stat(join(plugin, file))).mode & 0o222).toBe(0);
  });

  it('has a past alone where no page was chosen', async () => {
    const plugin = join(folder, 'past');
    await writePlugin(plugin, { skills: [], past: [{ name: 'a.html', content: 'x' }] }, FILES);
    expect((await readdir(plugin)).sort()).toEqual(['.claude-plugin', 'past']);
  });

  it('is refused with a page that is not there', async () => {
    const made = writePlugin(join(folder, 'other'), { skills: ['c'] }, FILES);
    await expect(made).rejects.toMatchObject({ kind: 'SandboxMissing' });
  });
});
