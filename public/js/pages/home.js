/** First page: games to play, and a box for a wish; people with a session go on to their own. */
import { render, h } from 'preact';
import { showWayBack } from '../feed/way-back.js';
import { showGames } from '../home/games.js';
import { WishBox } from '../home/wish-box.ts';
import { WishView } from '../home/wish-view.tsx';
import { knownSession } from '../net/session.js';
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

const OWN_PAGE = '/create.html';

startPage(text.homeTitle);
const box = new WishBox();

/** Where a provider may not lead back to another page, it leads here. */
const isAnswerToSignIn = /[#&](?:access_token|error)=/.test(location.hash);

async function leadOn() {
  if (isAnswerToSignIn) return location.replace(OWN_PAGE + location.hash);
  const session = await knownSession().catch(() => null);
  if (session) location.replace(OWN_PAGE);
}

void leadOn();
render(h(WishView, { box }), byId('wishPlace', HTMLDivElement));
showWayBack();
void showGames(byId('gamesGrid', HTMLDivElement));
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  box.isBusy.value = false;
  void leadOn();
});
