/** Notifications of this browser by Web Push: begun by a tap, kept by the server. */
import { language } from '../texts/index.js';
import { readConfig } from './config.js';
import { ask } from './rest.js';

/** @typedef {import('./session.js').Session} Session */
/**
 * @typedef {'none' | 'denied' | 'off' | 'on'} PushState none: not in this browser, or the server
 * sends none; denied: the user refused, and is not asked again
 */

const KEPT = 'dreamcore_push_kept';
const ADDRESS = '/api/push/subscription';
const SIGN_OUT_WAITS_MS = 2_000;

/** Reads the state without a prompt. @returns {Promise<PushState>} */
export async function pushState() {
  const registration = await pushRegistration();
  if (!registration) return 'none';
  if (Notification.permission === 'denied') return 'denied';
  return (await ownSubscription(registration)) ? 'on' : 'off';
}

/**
 * Asks the person, then subscribes. Call it from a tap. @param {Session} session @returns
 * {Promise<PushState>} rejects when it did not work and may be tried again
 */
export async function startPush(session) {
  // First of all, while the tap counts.
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') return permission === 'denied' ? 'denied' : 'off';
  const { pushKey } = await readConfig();
  const registration = await pushRegistration();
  if (!registration || pushKey === undefined) return 'none';
  const own = await ownSubscription(registration);
  // One that was made for another key cannot be used.
  if (!own) await (await registration.pushManager.getSubscription())?.unsubscribe();
  const subscription =
    own ??
    (await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: pushKey,
    }));
  await send(session, subscription).catch(async (error) => {
    // A browser that the server does not know is not switched on.
    if (!own) await subscription.unsubscribe();
    throw error;
  });
  return 'on';
}

/**
 * The server may have lost this browser, or know it by another user or language: once a visit it is
 * registered again. Never rejects. @param {Session} session
 */
export async function keepPush(session) {
  try {
    const registration = await pushRegistration();
    const subscription = registration && (await ownSubscription(registration));
    if (subscription && sessionStorage.getItem(KEPT) !== nameOf(session, subscription))
      await send(session, subscription);
  } catch {
    /* at the next visit */
  }
}

/** @param {Session} session @param {{ everywhere?: boolean }} [where] the person's browsers all */
export async function stopPush(session, { everywhere = false } = {}) {
  const registration = await pushRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  sessionStorage.removeItem(KEPT);
  const asked = everywhere ? { everywhere } : { endpoint: subscription?.endpoint };
  if (registration && (everywhere || subscription))
    await ask(session, 'POST', `${ADDRESS}/delete`, asked);
  await subscription?.unsubscribe();
}

/**
 * The next user of this browser gets no notification of this user's games. Signing out does not
 * wait for a network that is away. @param {Session} session @param {{ everywhere?: boolean }} where
 */
export async function leavePush(session, where) {
  const late = new Promise((resolve) => setTimeout(resolve, SIGN_OUT_WAITS_MS));
  await Promise.race([stopPush(session, where), late]).catch(() => {
    /* the push service, or the next sign-in, tidies it up */
  });
}

/** Null where there is nothing to subscribe to or with. */
async function pushRegistration() {
  if (!('PushManager' in window && 'Notification' in window)) return null;
  const { pushKey } = await readConfig();
  if (pushKey === undefined) return null;
  return (await navigator.serviceWorker?.getRegistration()) ?? null;
}

/** @param {ServiceWorkerRegistration} registration */
async function ownSubscription(registration) {
  const { pushKey } = await readConfig();
  const subscription = await registration.pushManager.getSubscription();
  const key = subscription?.options.applicationServerKey;
  return key && base64url(key) === pushKey ? subscription : null;
}

/** @param {ArrayBuffer} bytes */
function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {Session} session @param {PushSubscription} subscription */
async function send(session, subscription) {
  await ask(session, 'PUT', ADDRESS, { ...subscription.toJSON(), language });
  sessionStorage.setItem(KEPT, nameOf(session, subscription));
}

/** @param {Session} session @param {PushSubscription} subscription */
function nameOf({ userId }, { endpoint }) {
  return `${userId} ${language} ${endpoint}`;
}
