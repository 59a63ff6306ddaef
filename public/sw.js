/*
 * The service worker: serves the offline page without a network, and shows pushed notifications
 * while no page is open. It caches that page and its versioned files, and nothing else: no answer
 * of the API and no page of a user is ever served from here.
 */
const SHELL = 'dreamcore-shell';
const OFFLINE_PAGE = '/offline.html';

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    Promise.all([self.registration.navigationPreload?.enable(), self.clients.claim()]),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(pageOrOffline(event));
  // An address with a version never means anything else.
  else if (/^\/v\/[0-9a-f]{16}\//.test(pathname))
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

self.addEventListener('push', (event) => {
  event.waitUntil(tell(event.data.json()));
});

// The push service gave this browser another address; the next page that opens registers it.
self.addEventListener('pushsubscriptionchange', (event) => {
  const { options } = event.oldSubscription ?? {};
  if (options && !event.newSubscription)
    event.waitUntil(self.registration.pushManager.subscribe(options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.url ?? '/create'));
});

/** The offline page, and the versioned files that it names. */
async function keepShell() {
  const page = await fetch(OFFLINE_PAGE, { cache: 'reload' });
  const addresses = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/v\/[^"]+)"/g)];
  const shell = await caches.open(SHELL);
  await shell.put(OFFLINE_PAGE, page);
  await shell.addAll([...new Set(addresses.map(([, address]) => address))]);
}

async function pageOrOffline(event) {
  try {
    const page = (await event.preloadResponse) ?? (await fetch(event.request));
    if (![502, 503, 504].includes(page.status)) return page;
    // A proxy answers for a server that is down.
    return (await caches.match(OFFLINE_PAGE)) ?? page;
  } catch {
    return (await caches.match(OFFLINE_PAGE)) ?? Response.error();
  }
}

/**
 * No notification for a project whose page has the focus. A later notification of a topic
 * replaces the one before.
 */
async function tell({ title, body, url, topic = url }) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.some((page) => page.focused && new URL(page.url).pathname === url)) return;
  await self.registration.showNotification(title, {
    body,
    icon: '/images/icon-192.png',
    tag: topic,
    data: { url },
  });
}

/** Brings the page to the front where it is open. */
async function openPage(url) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = pages.find((page) => new URL(page.url).pathname === url);
  return open ? open.focus() : self.clients.openWindow(url);
}
