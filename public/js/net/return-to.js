/** Where to go on after sign-in, and what to say on the next page. Kept for this tab only. */

const TARGET = 'dreamcore_return_to';
const NOTICE = 'dreamcore_notice';
const KEPT_MS = 15 * 60_000;

/** Remembers the present page. */
export function rememberThisPage() {
  const url = location.pathname + location.search;
  sessionStorage.setItem(TARGET, JSON.stringify({ url, at: Date.now() }));
}

/** The remembered page, once; only a path of this site, only for a while. */
export function takeRememberedPage() {
  const stored = sessionStorage.getItem(TARGET);
  sessionStorage.removeItem(TARGET);
  try {
    const { url, at } = JSON.parse(stored ?? '{}');
    const isOwnPath = typeof url === 'string' && /^\/(?!\/)/.test(url);
    return isOwnPath && Date.now() - at < KEPT_MS ? url : null;
  } catch {
    return null;
  }
}

/** @param {'expired' | 'failed' | 'gone'} notice */
export function leaveNotice(notice) {
  sessionStorage.setItem(NOTICE, notice);
}

export function takeNotice() {
  const notice = sessionStorage.getItem(NOTICE);
  sessionStorage.removeItem(NOTICE);
  return notice;
}
