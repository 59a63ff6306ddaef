import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AUDIT = await readFile(path.join(import.meta.dirname, 'audit-in-page.js'), 'utf8');

/**
 * Every control of the screen has a name, a big enough target and enough contrast; nothing is cut
 * off. Asserts softly, so that one run tells of all screens.
 */
export async function check(page: Page, screen: string): Promise<void> {
  expect.soft(await page.evaluate<string[]>(AUDIT), screen).toEqual([]);
}
