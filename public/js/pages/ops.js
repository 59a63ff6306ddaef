/** The page of operators: everybody's jobs, how everything stands, games that are out, the log. */
import { Refusal } from '../net/rest.js';
import { requireSession } from '../net/session.js';
import { query, setQuery } from '../ops/address.js';
import { auditView } from '../ops/audit.js';
import { FILTERS } from '../ops/filters.js';
import { timeOfDay } from '../ops/format.js';
import { gamesView } from '../ops/games.js';
import { healthView } from '../ops/health.js';
import { jobsView } from '../ops/jobs.js';
import { nothing } from '../ops/parts.js';
import { Refresher } from '../ops/refresher.js';
import { text } from '../texts/index.js';
import { buttonOf, byId, h } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

/**
 * A view draws what stays, and answers with what reads the rest again.
 * @typedef {(session: import('../net/session.js').Session, place: HTMLElement, reload: () => void)
 * => () => Promise<void>} View
 */

/** @type {[name: string, label: string, view: View][]} */
const VIEWS = [
  ['jobs', text.opsJobs, jobsView],
  ['health', text.opsHealth, healthView],
  ['games', text.opsGames, gamesView],
  ['audit', text.opsAudit, auditView],
];

startPage(text.opsTitle);
const main = byId('opsMain', HTMLElement);
const refreshed = byId('opsRefreshed', HTMLParagraphElement);
const pause = byId('opsPause', HTMLButtonElement);
/** @type {() => Promise<void>} */
let read = async () => {};

const refresher = new Refresher(async () => {
  const mine = read;
  const failure = await mine().then(
    () => null,
    (/** @type {unknown} */ error) => ({ error }),
  );
  // What is late belongs to a view that is gone.
  if (mine !== read) return;
  if (failure) showFailure(failure.error);
  else refreshed.textContent = text.opsRefreshed(timeOfDay(new Date()));
  main.setAttribute('aria-busy', 'false');
});

/** @param {unknown} error */
function showFailure(error) {
  const isForbidden = error instanceof Refusal && error.status === 403;
  if (!isForbidden) {
    refreshed.textContent = text.opsFailed;
    if (main.querySelector('.ops-list, .ops-health')) return;
  }
  const state = nothing(isForbidden ? text.opsForbidden : text.opsFailed);
  if (!isForbidden) state.append(buttonOf('button compact', text.retry, () => location.reload()));
  main.replaceChildren(state);
}

/** @param {import('../net/session.js').Session} session */
function showView(session) {
  const name = query().get('view') ?? 'jobs';
  const [, , view] = VIEWS.find(([each]) => each === name) ?? VIEWS[0] ?? [];
  const place = h('div', {});
  main.replaceChildren(place);
  main.setAttribute('aria-busy', 'true');
  for (const chip of document.querySelectorAll('#opsViews .chip'))
    chip.setAttribute('aria-pressed', String(chip.getAttribute('data-view') === name));
  if (view) read = view(session, place, () => void refresher.now());
  return refresher.now();
}

async function start() {
  const session = await requireSession();
  byId('opsViews', HTMLElement).append(
    ...VIEWS.map(([name, label]) =>
      buttonOf({ class: 'chip', 'data-view': name }, label, () => {
        const none = [...FILTERS, 'job', 'search', 'down', 'skip'].map((each) => [each, '']);
        setQuery({ ...Object.fromEntries(none), view: name === 'jobs' ? '' : name });
        void showView(session);
      }),
    ),
  );
  pause.addEventListener('click', () => {
    refresher.toggle();
    pause.setAttribute('aria-pressed', String(refresher.isOn));
  });
  await showView(session);
}

start().catch(showFailure);
