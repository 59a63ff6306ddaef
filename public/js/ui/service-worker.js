/** The service worker beside the pages (`/sw.js`): an offline page, and notifications on phones. */

/** Never fails: a browser without one, or a page without TLS, goes on without. */
export function startServiceWorker() {
  navigator.serviceWorker?.register('/sw.js').catch(() => {
    /* the pages do without it */
  });
}
