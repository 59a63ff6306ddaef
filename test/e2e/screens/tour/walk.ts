import type { Page } from 'playwright-core';
import type { Size } from '../../sizes.js';
import type { BrowserSession } from '../browser.js';

/** Called at every page and every dialog, with the screen as a person finds it. */
export type See = (page: Page, screen: string) => Promise<void>;

export interface Walk {
  readonly session: BrowserSession;
  readonly size: Size;
  readonly see: See;
}

/** A part of the walk over all screens, from a server that knows nothing. */
export type Chapter = (walk: Walk) => Promise<void>;

/** Waits for what makes the screen, and shows it. */
export async function seen(
  { see }: Walk,
  page: Page,
  screen: string,
  ready: string,
): Promise<void> {
  await page.locator(ready).first().waitFor();
  await see(page, screen);
}

/** Opens a dialog by its control, shows it, and leaves it by Escape. */
export async function seenDialog(
  walk: Walk,
  page: Page,
  screen: string,
  control: string,
  ready = '',
): Promise<void> {
  await page.locator(control).first().click();
  await seen(walk, page, screen, `dialog[open] ${ready}`.trim());
  await leave(page);
}

/** Escape ends the dialog in front, and gives the focus back to a control of what lies behind. */
export async function leave(page: Page): Promise<void> {
  const dialogs = page.locator('dialog[open]');
  const open = await dialogs.count();
  await page.keyboard.press('Escape');
  await dialogs.nth(open - 1).waitFor({ state: 'detached' });
  if (await page.evaluate<boolean>('document.activeElement === document.body'))
    throw new Error(`Escape left the focus nowhere on ${page.url()}`);
}

/** Somebody who signs in by hand, as an operator when the server says so. */
export async function newcomer({ session, size }: Walk): Promise<Page> {
  const page = await session.page(size);
  await session.signIn(page);
  return page;
}
