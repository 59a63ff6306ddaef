import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium, findWholeChromium } from './chromium.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();
const SWITCH = '--disable-features=';

function featuresOff(args: readonly string[]): string[] {
  const list = args.find((arg) => arg.startsWith(SWITCH)) ?? '';
  return list.slice(SWITCH.length).split(',').filter(Boolean);
}

it('keeps off what the library of browsers keeps off, whose list ours replaces', async () => {
  const program = path.join(folder, 'chromium');
  const given = path.join(folder, 'given');
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${given}'\n`, { mode: 0o700 });
  await chromium.launch({ executablePath: program }).catch(() => undefined);
  const library = featuresOff((await readFile(given, 'utf8')).split('\n'));
  expect(library).toContain('PaintHolding');
  expect(featuresOff(CHROMIUM_ARGS)).toEqual(expect.arrayContaining(library));
});

it('is found without windows, where both are installed, and else with them', async () => {
  const install = async (name: string): Promise<string> => {
    await writeFile(path.join(folder, name), '', { mode: 0o700 });
    return path.join(folder, name);
  };
  const whole = await install('chromium');
  expect(findChromium({ PATH: folder })).toBe(whole);
  const shell = await install('chromium-headless-shell');
  expect(findChromium({ PATH: folder })).toBe(shell);
  expect(findChromium({ PATH: folder, CHROMIUM_PATH: whole })).toBe(whole);
  expect(findWholeChromium({ PATH: folder })).toBe(whole);
});
