/** The user's notifications: groups by day, unread ones marked. */
import { ownImage } from '../list/thumb.js';
import { ask, get } from '../net/rest.js';
import { requireSession } from '../net/session.js';
import { saidText } from '../texts/server-words.js';
import { language, text } from '../texts/index.js';
import { buttonOf, byId, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { listState } from '../ui/list-state.js';
import { noticeSwitches } from '../ui/notice-switches.js';
import { startPage } from '../ui/shell.js';

/** @typedef {import('../types.js').Notice} Notice */

/** @type {Record<string, 'check' | 'alert'>} */
const ICONS = { success: 'check', warning: 'alert' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FILTERS = /** @type {const} */ ([
  ['all', text.noticesAll],
  ['system', text.noticesSystem],
  ['project', text.noticesProject],
]);

startPage(text.noticesPageTitle);
const list = byId('noticeList', HTMLDivElement);
const readAll = byId('readAllButton', HTMLButtonElement);
/** @type {Notice[]} */
let notices = [];
let shown = 'all';

async function start() {
  const session = await requireSession();
  readAll.addEventListener('click', () => {
    for (const notice of notices) notice.read = true;
    show(session);
    void ask(session, 'POST', '/api/notifications/read-all').catch(() => {
      /* unread again at the next visit */
    });
  });
  byId('noticeFilters', HTMLDivElement).append(
    ...FILTERS.map(([type, label]) =>
      buttonOf(
        { class: 'chip', 'aria-pressed': String(type === shown), 'data-type': type },
        label,
        () => {
          shown = type;
          for (const chip of document.querySelectorAll('#noticeFilters .chip'))
            chip.setAttribute('aria-pressed', String(chip.getAttribute('data-type') === type));
          show(session);
        },
      ),
    ),
  );
  if (!session.isGuest) list.after(noticeSwitches(session));
  await load(session);
}

/** @param {import('../net/session.js').Session} session */
async function load(session) {
  list.replaceChildren(h('p', { class: 'list-state' }, text.loading));
  try {
    notices = (await (await get(session, '/api/notifications')).json()).notifications;
    show(session);
  } catch {
    list.replaceChildren(
      listState(
        null,
        text.noticesFailed,
        buttonOf('button compact', text.retry, () => void load(session)),
      ),
    );
  }
  list.removeAttribute('aria-busy');
}

/** @param {import('../net/session.js').Session} session */
function show(session) {
  const wanted = notices.filter(({ type }) => shown === 'all' || type === shown);
  readAll.disabled = notices.every(({ read }) => read);
  if (wanted.length === 0)
    return list.replaceChildren(listState(icon('bell', 40), text.noticesEmpty));
  const groups = new Map(/** @type {[string, Notice[]][]} */ ([]));
  for (const notice of wanted) {
    const day = groupOf(new Date(notice.createdAt));
    groups.set(day, [...(groups.get(day) ?? []), notice]);
  }
  list.replaceChildren(
    ...[...groups].map(([day, members]) =>
      h(
        'section',
        { class: 'notices-group' },
        h('h2', {}, day),
        h(
          'ul',
          {},
          members.map((notice) => h('li', {}, item(notice, session))),
        ),
      ),
    ),
  );
}

/** @param {Notice} notice @param {import('../net/session.js').Session} session */
function item(notice, session) {
  return buttonOf(
    notice.read ? 'notice' : 'notice unread',
    [
      signOf(notice, session),
      h(
        'span',
        { class: 'notice-text' },
        h(
          'strong',
          {},
          saidText(notice.title, notice),
          !notice.read && h('span', { class: 'visually-hidden' }, ` (${text.noticesUnread})`),
        ),
        h('span', { class: 'notice-message' }, messageOf(notice)),
        h(
          'span',
          { class: 'notice-meta' },
          ago(new Date(notice.createdAt)),
          h(
            'span',
            { class: 'notice-tag' },
            notice.type === 'system' ? text.noticesSystem : text.noticesProject,
          ),
        ),
      ),
    ],
    () => open(notice, session),
  );
}

/** The game that it is about, else what kind it is. @param {Notice} notice
 * @param {import('../net/session.js').Session} session */
function signOf(notice, session) {
  const sign = icon(ICONS[notice.icon ?? ''] ?? 'bell', 20);
  const box = h('span', { class: `notice-icon ${notice.icon ?? ''}` }, sign);
  if (!notice.projectId) return box;
  const src = ownImage(`/api/projects/${notice.projectId}/thumbnail`, session.token);
  const image = h('img', { src, alt: '', loading: 'lazy', onerror: () => image.replaceWith(sign) });
  sign.replaceWith(image);
  return box;
}

/** The sentence below a title has its code, too. @param {Notice} notice */
function messageOf({ message, code, params }) {
  return code === undefined ? message : saidText(message, { code: `${code}_NOTE`, params });
}

/** @param {Notice} notice @param {import('../net/session.js').Session} session */
async function open(notice, session) {
  const wasRead = notice.read;
  notice.read = true;
  show(session);
  if (!wasRead)
    await ask(session, 'POST', `/api/notifications/${notice.id}/read`).catch(() => {
      /* unread again at the next visit */
    });
  if (notice.projectId) location.assign(`/project/${notice.projectId}`);
}

/** @param {Date} at */
function groupOf(at) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (at.getTime() >= midnight) return text.noticesToday;
  if (at.getTime() >= midnight - DAY_MS) return text.noticesYesterday;
  return at.getTime() >= midnight - 6 * DAY_MS ? text.noticesThisWeek : text.noticesEarlier;
}

/** @param {Date} at */
function ago(at) {
  const minutes = Math.floor((Date.now() - at.getTime()) / MINUTE_MS);
  if (minutes < 1) return text.justNow;
  if (minutes < 60) return text.minutesAgo(minutes);
  if (minutes < 24 * 60) return text.hoursAgo(Math.floor(minutes / 60));
  if (minutes < 7 * 24 * 60) return text.daysAgo(Math.floor(minutes / (24 * 60)));
  return at.toLocaleDateString(language === 'en' ? 'en' : 'ja-JP', {
    month: 'short',
    day: 'numeric',
  });
}

start().catch(() => list.replaceChildren(h('p', { class: 'list-state' }, text.noticesFailed)));
