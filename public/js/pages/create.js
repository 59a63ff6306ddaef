/** Project list: make, open, rename and delete games. */
import { PROJECTS_PER_PAGE } from '../../../src/contracts/wire/sizes.ts';
import { showWayBack } from '../feed/way-back.js';
import { adoptGuest } from '../list/adopt-guest.js';
import { createButtons } from '../list/create-buttons.js';
import { ProjectGrid } from '../list/grid.js';
import { deleteProject, renameProject } from '../list/project-dialogs.js';
import { Connection } from '../net/connection.ts';
import { RequestRefused, Requests } from '../net/requests.ts';
import { newGame } from '../net/new-game.ts';
import {
  guestKept,
  noticeLeft,
  SIGN_IN_PAGE,
  takeRememberedPage,
  wishKept,
} from '../net/return-to.ts';
import { awayWords } from '../net/away-words.js';
import { requireSession } from '../net/session.js';
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';
import { signInFirst, signInLink } from '../ui/sign-in-first.js';
import { toast } from '../ui/toast.js';

startPage(text.listTitle);
const grid = new ProjectGrid({
  onRetry: () => retry(),
  onAsk: (frame) => live?.connection.send(frame) ?? false,
  onRename: (project) => void rename(project),
  onRemove: (project) => void remove(project),
});
const buttons = createButtons(() => void create());
/** @type {{ connection: Connection, requests: Requests } | null} */
let live = null;

/** @param {import('../types.js').ServerFrame} frame */
function take(frame) {
  switch (frame.type) {
    case 'init':
      grid.show(frame);
      return beginWish();
    case 'projectList':
      return grid.take(frame);
    case 'projectRenamed':
      return grid.renamed(frame.project);
    case 'projectDeleted':
      return grid.removed(frame.projectId);
  }
}

/** A wish of the first page waits for its project since before the sign-in. */
let awaitsProject = wishKept.read() !== null;

function beginWish() {
  if (awaitsProject) void create();
  awaitsProject = false;
}

/** A refused or cancelled sign-in returns here with an error instead of a token. */
function signInFailed() {
  const answer = new URLSearchParams(location.hash.slice(1) || location.search);
  if (!answer.has('error')) return false;
  noticeLeft.put(answer.get('error_code') === 'identity_already_exists' ? 'known' : 'failed');
  location.replace(SIGN_IN_PAGE);
  return true;
}

async function start() {
  if (signInFailed()) return;
  const signedInJustNow = location.hash.includes('access_token=');
  const session = await requireSession();
  const wanted = takeRememberedPage();
  const isAdopted = session.isGuest ? null : await adoptGuest(session);
  const leadsOn = signedInJustNow && wishKept.read() === null && guestKept.read() === null;
  if (leadsOn && wanted && !wanted.startsWith('/create')) {
    if (isAdopted) noticeLeft.put('adopted');
    return location.replace(wanted);
  }
  if (isAdopted !== null) toast(isAdopted ? text.adopted : text.adoptUnknown);
  byId('userName', HTMLSpanElement).textContent = session.displayName;
  const signOut = byId('signOutButton', HTMLButtonElement);
  if (session.isGuest) signOut.replaceWith(signInLink('button compact', text.signIn));
  else signOut.addEventListener('click', () => void session.signOut());
  if (noticeLeft.take() === 'gone') toast(text.projectGone);
  showWayBack();
  connect(session);
}

/** @param {import('../net/session.js').Session} session */
function connect(session) {
  const status = byId('connectionStatus', HTMLSpanElement);
  const requests = new Requests((frame) => connection.send(frame));
  const connection = new Connection(
    session,
    {
      onFrame: (frame) => {
        if (requests.take(frame)) return;
        if (frame.type === 'error') return grid.refused();
        take(frame);
      },
      onState: (state) => {
        const ready = state === 'ready' || state === 'verifying';
        buttons.setEnabled(ready);
        status.textContent = state === 'closed' || state === 'connecting' ? awayWords() : '';
        status.hidden = ready || !grid.hasData;
        if (state !== 'closed') return;
        requests.lost();
        grid.showFailureUnlessFilled();
      },
    },
    PROJECTS_PER_PAGE,
  );
  status.hidden = true;
  live = { connection, requests };
  connection.start();
}

function retry() {
  grid.showLoading();
  if (live) live.connection.connect();
  else run();
}

async function create() {
  if (!live) return;
  buttons.setBusy(true);
  try {
    await newGame(live.requests);
  } catch (error) {
    buttons.setBusy(false);
    if (error instanceof RequestRefused && error.code === 'GUEST_PROJECT_LIMIT')
      return void signInFirst('games', [text.guestMore, text.guestKeeps]);
    toast(error instanceof Error ? error.message : text.somethingWrong, { kind: 'error' });
  }
}

/** @param {import('../types.js').ProjectSummary} project */
async function rename(project) {
  if (live && (await renameProject(live.requests, project)))
    toast(text.renamed, { kind: 'success' });
  grid.focus(project.id);
}

/** @param {import('../types.js').ProjectSummary} project */
async function remove(project) {
  if (live && (await deleteProject(live.requests, project)))
    toast(text.removed(project.name), { kind: 'success' });
  grid.focus(project.id);
}

function run() {
  start().catch(() => grid.showFailureUnlessFilled());
}

window.addEventListener('pageshow', (event) => event.persisted && buttons.setBusy(false));
run();
