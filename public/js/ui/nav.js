/**
 * The floating pill at the bottom of the pages between which people wander. Real links: they work
 * without a session, too.
 */
import { hasTraceOfSession, readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { h } from './dom.js';
import { icon } from './icons.js';

/**
 * `page` is the `data-page` of the page that an item leads to. @type {{ page: string, href: string,
 * label: string, iconName: import('./icons.js').IconName, hint?: string }[]}
 */
const ITEMS = [
  { page: 'discover', href: '/discover', label: text.navDiscover, iconName: 'search' },
  {
    page: 'create',
    href: hasTraceOfSession() ? '/create' : '/',
    label: text.navCreate,
    iconName: 'plus',
  },
  {
    page: 'next',
    href: '/discover?zap=1',
    label: text.navNext,
    iconName: 'forward',
    hint: text.navNextHint,
  },
  { page: 'notifications', href: '/notifications', label: text.navNotices, iconName: 'bell' },
  { page: 'mypage', href: '/mypage', label: text.navMypage, iconName: 'person' },
];

const UNREAD_PAUSE_MS = 60_000;

/** Adds the navigation where the present page is one of its items. */
export function showNavigation() {
  const { page: present } = document.body.dataset;
  // A visitor makes a game on the first page.
  const here = present === 'home' ? 'create' : present;
  if (!ITEMS.some(({ page }) => page === here)) return;
  document.body.classList.add('has-nav');
  document.body.append(
    h(
      'nav',
      { class: 'bottom-nav', 'aria-label': text.navLabel },
      h(
        'ul',
        {},
        ITEMS.map(({ page, href, label, iconName, hint }) =>
          h(
            'li',
            {},
            h(
              'a',
              {
                class: `nav-item nav-${page}`,
                href,
                title: hint ?? null,
                'aria-current': page === here && 'page',
              },
              icon(iconName, 24),
              h('span', {}, label),
            ),
          ),
        ),
      ),
    ),
  );
  if (here === 'notifications') return;
  void showUnread();
  document.addEventListener('visibilitychange', () => void showUnread());
  window.setInterval(() => void showUnread(), UNREAD_PAUSE_MS);
}

/** A dot on the bell while the user has unread notifications. */
async function showUnread() {
  const session = readStoredSession();
  if (!session || document.hidden) return;
  const headers = { Authorization: `Bearer ${session.access_token}` };
  const answer = await fetch('/api/notifications', { headers }).catch(() => null);
  if (!answer?.ok) return;
  /** @type {{ notifications: import('../types.js').Notice[] }} */
  const { notifications } = await answer.json();
  document.querySelector('.unread-dot')?.remove();
  if (notifications.some(({ read }) => !read))
    document
      .querySelector('.nav-notifications')
      ?.append(
        h(
          'span',
          { class: 'unread-dot' },
          h('span', { class: 'visually-hidden' }, text.noticesUnread),
        ),
      );
}
