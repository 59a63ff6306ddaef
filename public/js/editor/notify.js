/** Notifications of a page in the background, where the user allows them. */
import { ask } from '../net/rest.js';
import { text } from '../texts/index.js';

/**
 * By the service worker alone: on phones a page may show none itself. A note that is pushed stands
 * in the same place.
 * @param {'done' | 'failed'} outcome @param {string} projectName
 */
export async function notifyInBackground(outcome, projectName) {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted')
    return;
  const title = outcome === 'done' ? text.notifyDone : text.notifyFailed;
  const options = {
    body: projectName,
    icon: '/images/icon-192.png',
    tag: location.pathname,
    data: { url: location.pathname },
  };
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker?.active) await worker.showNotification(title, options);
  } catch {
    /* the chat shows it all the same */
  }
}

/**
 * The user sees the end of a job here: its notification, which has the id of the job, is read.
 * @param {import('../net/session.js').Session} session @param {string} jobId
 */
export function readWhereSeen(session, jobId) {
  if (document.hidden) return;
  void ask(session, 'POST', `/api/notifications/${jobId}/read`).catch(() => {
    /* switched off, or unread until the user looks */
  });
}
