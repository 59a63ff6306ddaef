import { createClient } from '@supabase/supabase-js';
import type { Browser, CDPSession, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import webPush from 'web-push';
import type { PushedNote } from '../../src/contracts/media/push.js';
import { launchWholeChromium } from '../support/chromium.js';
import { patient } from '../support/patience.js';
import { startPushService, type PushedBrowser, type PushService } from '../support/push-service.js';
import { startStack, type Stack } from '../support/stack.js';
import { Person } from './person.js';
import { check } from './screens/audit.js';
import { SIZES } from './sizes.js';

/** Who closed the page is told of the game. Chromium's own push service is out of reach here. */
const pair = webPush.generateVAPIDKeys();
let service: PushService;
let stack: Stack;
let browser: Browser;
beforeAll(async () => {
  service = await startPushService(pair.publicKey);
  [stack, browser] = await Promise.all([
    startStack({
      env: {
        DEMO_SECONDS: '6',
        VAPID_PUBLIC_KEY: pair.publicKey,
        VAPID_PRIVATE_KEY: pair.privateKey,
        VAPID_SUBJECT: 'mailto:push@example.com',
        PUSH_TEST_ORIGIN: service.origin,
      },
    }),
    launchWholeChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await service?.stop();
});

/** Stands in for what only Google's servers can do; keeps what was subscribed to over reloads. */
const subscribedAt = ({ endpoint, keys }: Pick<PushedBrowser, 'endpoint' | 'keys'>) => `(() => {
  const given = ${JSON.stringify({ endpoint, keys })};
  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0)).buffer;
  const made = () => {
    const key = localStorage.getItem('test_push');
    return key && { endpoint: given.endpoint, options: { applicationServerKey: bytes(key) },
      toJSON: () => ({ ...given, expirationTime: null }),
      unsubscribe: async () => { localStorage.removeItem('test_push'); return true; } };
  };
  PushManager.prototype.getSubscription = async () => made() || null;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem('test_push', applicationServerKey);
    return made();
  };
  window.timesAsked = 0;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { window.timesAsked += 1; return ask(); };
})()`;

async function arrive(locale?: string): Promise<{ person: Person; phone: PushedBrowser }> {
  const person = await Person.arrive(browser, stack.baseUrl, 'phone', locale);
  await person.context.grantPermissions(['notifications']);
  const phone = service.browser();
  await person.context.addInitScript(subscribedAt(phone));
  await person.signIn();
  await person.page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  return { person, phone };
}

async function subscriptions(): Promise<string[]> {
  const { SUPABASE_URL = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  const client = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, {
    auth: { persistSession: false },
  });
  const { data } = await client.from('push_subscriptions').select('endpoint, language');
  return (data ?? []).map((row) => `${String(row['endpoint'])} ${String(row['language'])}`);
}

/** What the push service would do with a note, by the developer tools. */
async function deliver({ page, context }: Person, note: PushedNote): Promise<void> {
  const tools: CDPSession = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const id = registrations[0]?.registrationId;
      if (id !== undefined) resolve(id);
    });
  });
  await tools.send('ServiceWorker.enable');
  await tools.send('ServiceWorker.deliverPushMessage', {
    origin: stack.baseUrl,
    registrationId: await registered,
    data: JSON.stringify(note),
  });
  await tools.detach();
}

/** Waits for the offer beside the work on a first game, audited at both sizes. */
async function offered({ page }: Person, name: string): Promise<Locator> {
  const offer = page.locator('#liveBox').getByRole('button', { name });
  await offer.waitFor();
  for (const size of ['desktop', 'phone'] as const) {
    await page.setViewportSize(SIZES[size].viewport);
    await check(page, `the offer, ${size}: ${name}`);
  }
  return offer;
}

const shown = ({ page }: Person) =>
  page.evaluate<string[]>(`navigator.serviceWorker.ready
    .then((worker) => worker.getNotifications())
    .then((all) => all.map(({ title, body, tag }) => [title, body, tag].join(' | ')))`);

it('offers it while the game is made, and tells whoever has left', async () => {
  const { person, phone } = await arrive();
  const { page, context } = person;
  await person.newProject();
  const path = new URL(page.url()).pathname;
  await person.wish('2Dのシューティングゲームを作って');
  const offer = await offered(person, 'できたら知らせる');
  await person.image('push-offer');
  expect(await page.evaluate('window.timesAsked')).toBe(0);
  expect(await subscriptions()).toEqual([]);
  await offer.click();
  await page.getByText('できたらお知らせします。').waitFor();
  expect(await page.evaluate('window.timesAsked')).toBe(1);
  expect(await subscriptions()).toEqual([`${phone.endpoint} ja`]);

  await page.goto(`${stack.baseUrl}/create`);
  await expect.poll(() => phone.received.length, { timeout: patient(60_000) }).toBe(1);
  const note = phone.received[0]?.note as PushedNote;
  expect(note).toMatchObject({ body: 'タップして遊べます', url: path });
  expect(note.title).toMatch(/^「.+」ができました$/);
  await deliver(person, note);
  const line = `${note.title} | ${note.body} | ${path}`;
  await expect.poll(() => shown(person)).toEqual([line]);
  // The newest note of a project takes the place of the one before.
  await deliver(person, { ...note, title: 'もう一度' });
  await expect.poll(() => shown(person)).toEqual([line.replace(note.title, 'もう一度')]);

  // Nobody taps on a notification here: the tap is made, and what it opens is written down.
  const worker = context.serviceWorkers()[0];
  const opened = await worker?.evaluate(`(async () => {
    const [notification] = await self.registration.getNotifications();
    return new Promise((resolve) => {
      self.clients.openWindow = async (url) => resolve(url);
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    });
  })()`);
  expect(opened).toBe(path);
  await expect.poll(() => shown(person)).toEqual([]);

  // Who looks at the project sees it there.
  await page.goto(stack.baseUrl + path);
  await page.locator('.message.assistant .play-game-btn').waitFor();
  await page.bringToFront();
  await deliver(person, note);
  const [url, title] = ['/notifications', '別のゲーム'];
  const topics = ['played /project/other', 'liked /project/other'];
  for (const topic of topics) await deliver(person, { ...note, url, topic, title });
  await expect
    .poll(async () => (await shown(person)).toSorted())
    .toEqual(topics.map((topic) => `${title} | ${note.body} | ${topic}`).toSorted());
  expect(person.complaints).toEqual([]);
  await person.leave();
});

it('is switched on and off on my page, in English too, and ends with the session', async () => {
  const { person, phone } = await arrive('en-US');
  const { page } = person;
  const before = await subscriptions();
  const own = async () => (await subscriptions()).filter((each) => !before.includes(each));
  await person.newProject();
  await person.wish('Make a 2D shooting game');
  await offered(person, 'Tell me when it’s done');
  await page.goto(`${stack.baseUrl}/mypage`);
  const on = page.getByRole('button', { name: 'Get notified in this browser' });
  const off = page.getByRole('button', { name: 'Stop notifications in this browser' });
  await on.click();
  await off.waitFor();
  expect(await own()).toEqual([`${phone.endpoint} en`]);
  await off.scrollIntoViewIfNeeded();
  await person.image('push-switch');
  await off.click();
  await on.waitFor();
  expect(await own()).toEqual([]);

  await on.click();
  await off.waitFor();
  await page.locator('#signOutButton').click();
  await page.locator('#googleSignInButton').waitFor();
  expect(await own()).toEqual([]);
  expect(person.complaints).toEqual([]);
  await person.leave();
});

it('offers nothing to whoever has said no', async () => {
  const person = await Person.arrive(browser, stack.baseUrl, 'desktop');
  const { page } = person;
  await person.context.addInitScript(
    "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })",
  );
  await person.signIn();
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await page.goto(`${stack.baseUrl}/mypage`);
  await page.locator('#exportButton:enabled').waitFor();
  expect(await page.locator('#pushButton').isVisible()).toBe(false);
  await page.goto(`${stack.baseUrl}/create`);
  await person.newProject();
  await person.say('2Dのシューティングゲームを作って');
  await page.locator('#liveBox .live-note').waitFor();
  expect(await page.locator('.push-offer button').isVisible()).toBe(false);
  await person.leave();
});
