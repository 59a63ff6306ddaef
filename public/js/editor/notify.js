/**
 * Notifications of the browser for games that are finished while nobody looks. Offered once, after
 * a first success.
 */
import { text } from '../texts/index.js';

const OFFERED = 'dreamcore_notifications_offered';

/** @param {'done' | 'failed'} outcome @param {string} projectName */
export function notifyInBackground(outcome, projectName) {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted')
    return;
  const notification = new Notification(outcome === 'done' ? text.notifyDone : text.notifyFailed, {
    body: projectName,
    icon: '/images/icon-180.png',
  });
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
  });
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
