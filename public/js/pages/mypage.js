/** My page: who the person is, the games on his shelf, the way out. */
import { PROJECTS_PER_PAGE } from '../../../src/contracts/wire/sizes.ts';
import { Carousel } from '../mypage/carousel.js';
import { wireAccount } from '../mypage/account.js';
import { wireAccountDeletion } from '../mypage/delete-account.js';
import { showGuest } from '../mypage/guest.js';
import { wirePush } from '../mypage/push.js';
import { wireUsage } from '../mypage/usage.js';
import { showProfile } from '../mypage/profile.js';
import { get } from '../net/rest.js';
import { requireSession } from '../net/session.js';
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

startPage(text.mypageTitle);
const carousel = new Carousel();
const count = byId('collectionCount', HTMLParagraphElement);
const note = byId('collectionNote', HTMLParagraphElement);
/** What could not be read is asked for again so much later. */
const ASKED_AGAIN_MS = 5_000;

async function start() {
  const session = await requireSession();
  if (session.isGuest) showGuest();
  else showAccount(session);
  wireUsage(session);
  byId('opsLink', HTMLAnchorElement).hidden = !session.isOperator;
  // It may take the whole page.
  wireAccountDeletion(session);
  await load(session);
}

/** @param {import('../net/session.js').Session} session */
function showAccount(session) {
  showProfile(session);
  wireAccount(session);
  byId('signOutButton', HTMLButtonElement).addEventListener('click', () => void session.signOut());
  void wirePush(session);
}

/**
 * @param {import('../net/session.js').Session} session @param {string | null} after
 * @returns {Promise<{ projects: import('../types.js').ProjectSummary[], next?: string | null,
 * counts?: { all: number } }>}
 */
async function page(session, after) {
  const query = new URLSearchParams({ limit: String(PROJECTS_PER_PAGE), ...(after && { after }) });
  return (await get(session, `/api/projects?${query}`)).json();
}

/** The rest of the shelf comes as one gets there. @param {import('../net/session.js').Session}
 * session @param {string | null} next
 */
function showMore(session, next) {
  if (next === null) return;
  carousel.atEnd(async () => {
    try {
      const more = await page(session, next);
      carousel.append(more.projects, session.token);
      showMore(session, more.next ?? null);
    } catch {
      setTimeout(() => showMore(session, next), ASKED_AGAIN_MS);
    }
  });
}

/** @param {import('../net/session.js').Session} session */
async function load(session) {
  carousel.showLoading();
  try {
    const { projects, counts, next = null } = await page(session, null);
    const all = counts?.all ?? projects.length;
    count.replaceChildren(
      h('span', { class: 'visually-hidden' }, text.mypageGamesLabel(all)),
      h('strong', { 'aria-hidden': 'true' }, String(all)),
      h('span', { 'aria-hidden': 'true' }, text.mypageGames(all)),
    );
    note.textContent = text.mypageEmpty;
    note.hidden = projects.length > 0;
    carousel.show(projects, session.token);
    showMore(session, next);
  } catch {
    count.replaceChildren();
    carousel.showFailure(() => void load(session));
  }
}

start().catch(() => carousel.showFailure(() => location.reload()));
