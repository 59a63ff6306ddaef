import type { BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { SIZES } from './sizes.js';

/** What a page may weigh: script as it is sent, heads of the answers included. */
const KB = 1_024;
const LIST_BYTES = 90 * KB;
const EDITOR_BYTES = 160 * KB;

const app = new BrowserStack();

it('sends a phone no more script than it needs, one language, no sign-in library', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  await person.signIn();
  await person.newProject();
  const context = await app.browser.newContext({
    ...SIZES.phone,
    locale: 'ja-JP',
    storageState: await person.context.storageState(),
    serviceWorkers: 'block',
  });
  const list = await scriptsOf(
    context,
    `${app.stack.baseUrl}/create`,
    '#createProjectButton:enabled',
  );
  const editor = await scriptsOf(context, person.page.url(), '#chatInput:enabled');
  for (const { names } of [list, editor]) {
    expect(names).toContain('ja.js');
    expect(names).not.toContain('en.js');
    expect(names).not.toContain('supabase.min.js');
  }
  expect(editor.names).not.toContain('library.js');
  expect(editor.names).not.toContain('image-editor.js');
  expect(list.bytes).toBeLessThanOrEqual(LIST_BYTES);
  expect(editor.bytes).toBeLessThanOrEqual(EDITOR_BYTES);
  await context.close();
  await person.leave();
});

/** What the page at this address loads until it can be used and nothing more comes. */
async function scriptsOf(
  context: BrowserContext,
  address: string,
  ready: string,
): Promise<{ names: string[]; bytes: number }> {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  // The editor has what the list has loaded before it: here both are first visits.
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  const scripts = new Map<string, string>();
  let bytes = 0;
  network.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script')
      scripts.set(requestId, new URL(response.url).pathname.split('/').at(-1) ?? '');
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.locator(ready).waitFor();
  await page.close();
  return { names: [...scripts.values()], bytes };
}
