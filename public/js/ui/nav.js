/**
 * The floating pill at the bottom of the pages between which people wander. Real links: they work
 * without a session, too.
 */
import { hasTraceOfSession } from '../net/session-cache.js';
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
}
