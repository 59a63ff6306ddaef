/**
 * Notifications of the browser for games that are finished while nobody looks. Offered once, after
 * a first success.
 */
import { text } from '../texts/index.js';

const OFFERED = 'dreamcore_notifications_offered';

/**
 * By the service worker where there is one: on phones a page may show none itself.
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
    if (worker?.active) return await worker.showNotification(title, options);
    const notification = new Notification(title, options);
    notification.addEventListener('click', () => {
      window.focus();
      notification.close();
    });
  } catch {
    /* the chat says it all the same */
  }
}

/**
 * The offer, once per browser; null when it was made before or makes no sense. @returns {{ label:
 * string, run: () => void } | null}
 */
export function notificationOffer() {
  if (
    !('Notification' in window) ||
    Notification.permission !== 'default' ||
    localStorage.getItem(OFFERED) !== null
  )
    return null;
  localStorage.setItem(OFFERED, new Date().toISOString());
  return { label: text.notifyAccept, run: () => void Notification.requestPermission() };
}
