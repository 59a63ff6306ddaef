import type { BrowserContext } from 'playwright-core';

/**
 * The scripts that the page at this address loads until it can be used and nothing more comes, and
 * their bytes as they are sent, heads of the answers included.
 */
export async function scriptsOf(
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
