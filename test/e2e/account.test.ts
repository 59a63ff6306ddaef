import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createClient } from '@supabase/supabase-js';
import { expect, it } from 'vitest';
import { unzip } from '../contract/http/unzip.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { SIZES, TESTED_SIZES } from './sizes.js';

/** The account as a whole, by the controls of my page. */
const app = new BrowserStack();

it.each(TESTED_SIZES)('takes everything along, and signs out everywhere, on a %s', async (size) => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, size);
  const { page } = person;
  await person.signIn();
  await person.newProject();
  await person.say('こんにちは');
  await page.locator('.message.assistant').first().waitFor();
  await page.locator('#stopButton').waitFor({ state: 'hidden' });
  const projectId = new URL(page.url()).pathname.split('/')[2] ?? '';
  const other = await app.browser.newContext({
    ...SIZES[size],
    locale: 'ja-JP',
    storageState: await person.context.storageState(),
  });

  await page.goto(`${app.stack.baseUrl}/create`);
  await page.click('.nav-mypage');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('#exportButton:enabled'),
  ]);
  expect(download.suggestedFilename()).toBe('ゲームクリエイターのデータ.zip');
  const entries = unzip(await readFile(await download.path()));
  expect(String(entries.get(`projects/${projectId}/project.json`))).toContain('こんにちは');
  await page.locator('#exportButton:enabled').scrollIntoViewIfNeeded();
  await person.image('account');

  await page.click('#signOutEverywhereButton');
  await person.image('account-sign-out');
  await page.click('.confirm-card button[type=submit]');
  await page.locator('#googleSignInButton:enabled').waitFor();
  // The other device has a token still, and no session to renew it by.
  const second = await other.newPage();
  await second.goto(`${app.stack.baseUrl}/discover`);
  const renewed = await second.evaluate<number>(`(async () => {
      const { refresh_token } = JSON.parse(
        Object.entries(localStorage).find(([key]) => /^sb-.*-auth-token$/.test(key))[1],
      );
      const { supabaseAnonKey } = await (await fetch('/api/config')).json();
      const answer = await fetch('/auth/v1/token?grant_type=refresh_token', {
        method: 'POST',
        headers: { apikey: supabaseAnonKey, 'content-type': 'application/json' },
        body: JSON.stringify({ refresh_token }),
      });
      return answer.status;
    })()`);
  expect(renewed).toBe(400);
  expect(person.complaints).toEqual([]);
  await other.close();
  await person.leave();
});

it('shows the costs that the database has, and which of them are only set aside', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone', 'en-US');
  const { page } = person;
  await person.signIn();
  const userId = await page.evaluate<string>(`JSON.parse(
    Object.entries(localStorage).find(([key]) => /^sb-.*-auth-token$/.test(key))[1]).user.id`);
  const { SUPABASE_URL = '', SUPABASE_SERVICE_ROLE_KEY = '' } = app.stack.env;
  const events = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, {
    auth: { persistSession: false },
  }).from('usage_events');
  const open = async (): Promise<string[]> => {
    await page.goto(`${app.stack.baseUrl}/mypage`);
    await page.click('#usage summary');
    await page.locator('#usageDays table').waitFor();
    return (await page.innerText('#usageDays')).split('\n').map((line) => line.trim());
  };
  const spend = async (state: string, usd: number): Promise<void> => {
    const ids = { call_id: randomUUID(), job_id: randomUUID(), user_id: userId };
    const what = { kind: 'model', backend: 'local', payer: 'user', state, usd };
    expect((await events.insert({ ...ids, ...what })).error).toBeNull();
  };
  await spend('settled', 0.004);
  expect((await open()).join()).toMatch(/^Today: < \$0\.01\b.*\t1\t< \$0\.01$/);
  await spend('settled', 1.25);
  await spend('reserved', 0.5);
  const { data } = await events.select('usd').eq('user_id', userId);
  const sum = (data ?? []).reduce((total, { usd }) => total + Number(usd), 0);
  expect(sum.toFixed(2)).toBe('1.75');
  expect((await open()).join()).toMatch(
    /^Today: \$1\.75\b.*\t3\t\$1\.75,.*\$0\.50 of this is set aside/,
  );
  await person.image('usage');
  expect(person.complaints).toEqual([]);
  await person.leave();
});

it.each([
  ['phone', 'ja-JP', '削除', 'アカウントを削除しました'],
  ['desktop', 'en-US', 'Delete', 'Your account is deleted'],
] as const)(
  'deletes the account with all it made, on a %s in %s',
  async (size, locale, word, said) => {
    const person = await Person.arrive(app.browser, app.stack.baseUrl, size, locale);
    const { page } = person;
    await person.signIn();
    await person.newProject();
    await page.goto(`${app.stack.baseUrl}/create`);
    await page.click('.nav-mypage');
    await page.click('#deleteAccountButton:enabled');
    await page.fill('#deleteAccountWord', 'no');
    await page.click('.confirm-card button[type=submit]');
    await page.locator('.dialog-problem:visible').waitFor();
    await person.image('account-delete');
    const running = { state: 'running', projectsLeft: 3 };
    await page.route('**/api/account/deletion', (route) => route.fulfill({ json: running }));
    await page.fill('#deleteAccountWord', word);
    await page.click('.confirm-card button[type=submit]');
    await page.locator('.account-leaving [role=status]:has-text("3")').waitFor();
    await person.image('account-leaving');
    // A reload changes nothing: the page goes on telling.
    await page.reload();
    await page.locator('.account-leaving [role=status]:has-text("3")').waitFor();
    await page.unroute('**/api/account/deletion');
    await page.locator('#loginNote:visible').waitFor();
    expect(await page.innerText('#loginNote')).toContain(said);
    await person.image('account-deleted');
    expect(
      await page.evaluate(
        'Object.keys(localStorage).filter((key) => /session|auth-token|deletion/.test(key))',
      ),
    ).toEqual([]);
    // Who comes back is a new person: nothing is there any more.
    await page.goto(`${app.stack.baseUrl}/create`);
    await page.locator('#googleSignInButton:enabled').waitFor();
    // The token of an account that is gone is refused at once: by that the page knows the end.
    const isTheEnd = (complaint: string): boolean =>
      / 401 \(Unauthorized\) \(.*\/api\/account\/deletion\)$/.test(complaint);
    expect(person.complaints.filter((complaint) => !isTheEnd(complaint))).toEqual([]);
    await person.leave();
  },
);
