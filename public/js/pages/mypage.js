/** My page: who the person is, the games on his shelf, the way out. */
import { Carousel } from '../mypage/carousel.js';
import { wireAccount } from '../mypage/account.js';
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

async function start() {
  const session = await requireSession();
  showProfile(session);
  wireAccount(session);
  byId('signOutButton', HTMLButtonElement).addEventListener('click', () => void session.signOut());
  await load(session);
}

/** @param {import('../net/session.js').Session} session */
async function load(session) {
  carousel.showLoading();
  try {
    /** @type {{ projects: import('../types.js').ProjectSummary[] }} */
    const { projects } = await (await get(session, '/api/projects')).json();
    count.replaceChildren(
      h('span', { class: 'visually-hidden' }, text.mypageGamesLabel(projects.length)),
      h('strong', { 'aria-hidden': 'true' }, String(projects.length)),
      h('span', { 'aria-hidden': 'true' }, text.mypageGames),
    );
    note.textContent = text.mypageEmpty;
    note.hidden = projects.length > 0;
    carousel.show(projects, session.token);
  } catch {
    count.replaceChildren();
    carousel.showFailure(() => void load(session));
  }
}

start().catch(() => carousel.showFailure(() => location.reload()));
