/**
 * The publish page: what players read of a game, saved as it is typed; then the game is put out, or
 * taken back.
 */
import { ask, failureText, get, isAway, orAbsent, withToken } from '../net/rest.js';
import { requireSession } from '../net/session.js';
import { PromoVideo } from '../publish/video.js';
import { PublishForm } from '../publish/form.js';
import { Thumbnail } from '../publish/thumbnail.js';
import { openShareSheet } from '../share/sheet.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { buttonOf, byId, h } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../net/session.js').Session} Session */

const SAVE_AFTER_MS = 1_000;
const SAVE_AGAIN_MS = 10_000;

startPage(text.publishPageTitle);
const projectId = new URLSearchParams(location.search).get('id') ?? '';
const api = `/api/projects/${encodeURIComponent(projectId)}`;
const submit = byId('submitButton', HTMLButtonElement);
const state = byId('saveState', HTMLSpanElement);
/** @type {number | undefined} */
let timer;
let isDirty = false;

async function start() {
  const session = await requireSession();
  if (projectId === '') return leaveWith(text.publishNoProject);
  if (session.isGuest) return location.replace(`/project/${projectId}`);
  const [project, draft, publication] = await Promise.all([
    read(session, api),
    read(session, `${api}/publish-draft`),
    read(session, `${api}/publish`),
  ]);
  if (!project) return leaveWith(text.publishNotFound);
  const form = new PublishForm(byId('publishForm', HTMLFormElement), {
    onChange: () => saveSoon(session, form),
    askAi: (field) => writeByAi(session, form, [field]),
  });
  wire(session, form);
  form.load(draft ?? { title: project.name }, { isStored: draft !== null });
  const thumbnail = openThumbnail(session, form);
  thumbnail.show(draft?.thumbnailUrl ?? `${api}/thumbnail`);
  const video = openVideo(session);
  showPublished(session, publication?.game ?? null);
  showTakenDown(publication?.takenDown ?? null);
  // Everything is in its place before it is seen: nothing moves afterwards.
  byId('publishMain', HTMLElement).hidden = false;
  byId('publishLoading', HTMLElement).hidden = true;
  submit.disabled = Boolean(publication?.takenDown);
  video.open(publication?.hasVideo ?? false);
  if (draft) return;
  await writeByAi(session, form, ['title', 'description', 'howToPlay', 'tags']);
}

/**
 * What the server answers; null = there is none. Rejects for every other failure: a draft that
 * could not be read must never be written over.
 * @param {Session} session
 * @param {string} path
 */
function read(session, path) {
  return get(session, path).then((answer) => answer.json(), orAbsent);
}

/** @param {Session} session @param {PublishForm} form */
function openThumbnail(session, form) {
  /** @param {Response} answer */
  const keep = async (answer) => {
    const { thumbnailUrl } = await answer.json();
    form.thumbnailUrl = thumbnailUrl;
    await save(session, form);
    return thumbnailUrl;
  };
  return new Thumbnail(byId('thumbnail', HTMLElement), {
    make: async () =>
      keep(await ask(session, 'POST', `${api}/generate-thumbnail`, { title: form.read().title })),
    upload: async (image) => {
      const data = new FormData();
      data.append('thumbnail', image, 'thumbnail.webp');
      return keep(await ask(session, 'POST', `${api}/upload-thumbnail`, data));
    },
    source: (url) => withToken(url, session),
  });
}

/** @param {Session} session */
function openVideo(session) {
  return new PromoVideo(byId('video', HTMLElement), projectId, {
    make: async (actionId) =>
      void (await ask(session, 'POST', `${api}/generate-movie`, { actionId })),
    row: (actionId) => read(session, `/api/actions/${actionId}`),
    stop: async (actionId) => void (await ask(session, 'POST', `/api/actions/${actionId}/cancel`)),
    load: async () => (await get(session, `${api}/movie?t=${Date.now()}`)).blob(),
  });
}

/** @param {Session} session @param {PublishForm} form */
function wire(session, form) {
  const leave = async () => {
    if (isDirty && (await save(session, form)) === 'elsewhere') return;
    location.assign(`/project/${projectId}`);
  };
  byId('backButton', HTMLButtonElement).addEventListener('click', () => void leave());
  byId('cancelButton', HTMLButtonElement).addEventListener('click', () => void leave());
  byId('publishForm', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void publish(session, form);
  });
  window.addEventListener('online', () => isDirty && void save(session, form));
  window.addEventListener('beforeunload', (event) => {
    if (isDirty) event.preventDefault();
  });
}

/**
 * @param {Session} session @param {PublishForm} form @param
 * {import('../publish/form.js').AiField[]} fields
 */
async function writeByAi(session, form, fields) {
  form.setAiBusy(fields);
  try {
    const [field] = fields;
    const words = await (
      await ask(
        session,
        'POST',
        `${api}/generate-publish-info`,
        fields.length === 1 ? { field } : {},
      )
    ).json();
    form.propose(words, fields);
    await save(session, form);
  } catch (error) {
    toast(failureText(error, text.publishAiFailed), { kind: 'error' });
  } finally {
    form.setAiBusy(null);
  }
}

/** @param {Session} session @param {PublishForm} form */
function saveSoon(session, form) {
  isDirty = true;
  state.textContent = text.publishSaving;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void save(session, form), SAVE_AFTER_MS);
}

/**
 * Answers null, or what it failed of; where the server was not reached it is tried again. Where
 * another device has written something else, the person may look at it before he goes on.
 * @param {Session} session @param {PublishForm} form
 * @returns {Promise<null | 'elsewhere' | { error: unknown }>}
 */
async function save(session, form) {
  window.clearTimeout(timer);
  try {
    state.textContent = text.publishSaving;
    isDirty = false;
    const changes = form.changes();
    const answer = await ask(session, 'POST', `${api}/publish-draft`, changes);
    const isElsewhere = form.settle(await answer.json(), changes);
    // Text that was typed meanwhile has a save of its own ahead.
    if (!isDirty) state.textContent = text.publishSaved;
    if (isElsewhere) toast(text.publishElsewhereToo);
    return isElsewhere ? 'elsewhere' : null;
  } catch (error) {
    isDirty = true;
    const why = failureText(error, '');
    state.textContent = text.publishSaveFailed + (why && `: ${why}`);
    if (isAway(error)) timer = window.setTimeout(() => void save(session, form), SAVE_AGAIN_MS);
    return { error };
  }
}

/** @param {Session} session @param {PublishForm} form */
async function publish(session, form) {
  if (form.read().title.trim() === '') {
    toast(text.publishTitleMissing, { kind: 'error' });
    return form.focusTitle();
  }
  window.clearTimeout(timer);
  submit.setAttribute('aria-busy', 'true');
  submit.textContent = text.publishBusy;
  try {
    const failure = await save(session, form);
    if (failure === 'elsewhere') return;
    if (failure) throw failure.error;
    // Without words the stored draft is published, which has those of other devices, too.
    const { gameId } = await (await ask(session, 'POST', `${api}/publish`, {})).json();
    location.assign(`/game.html?id=${gameId ?? projectId}&published=1`);
  } catch (error) {
    toast(failureText(error, text.publishFailed), { kind: 'error' });
  } finally {
    submit.removeAttribute('aria-busy');
    submit.textContent = text.publishSubmit;
  }
}

/**
 * A game that is out can be opened, shared, and taken back. @param {Session} session @param
 * {import('../types.js').Publication | null} game
 */
function showPublished(session, game) {
  const note = byId('publishedNote', HTMLDivElement);
  for (const part of [note, byId('publishedBar', HTMLDivElement)]) part.hidden = game === null;
  if (!game) return note.replaceChildren();
  byId('shareButton', HTMLButtonElement).onclick = () => void share(session, game.gameId);
  note.replaceChildren(
    h('span', {}, game.visibility === 'unlisted' ? text.publishIsUnlisted : text.publishIsOut),
    h('a', { class: 'link-button', href: game.url }, text.publishOpen),
    buttonOf('link-button', text.publishStop, () => void unpublish(session)),
  );
}

/**
 * Shows that an operator took the game down, and why; it cannot be published meanwhile.
 * @param {import('../types.js').Takedown | null} takedown
 */
function showTakenDown(takedown) {
  if (!takedown) return;
  const note = byId('takenDownNote', HTMLParagraphElement);
  note.hidden = false;
  note.replaceChildren(
    h('strong', {}, text.takenDown),
    h('span', {}, text.takenDownWhy(takedown.reason)),
  );
}

/** @param {Session} session @param {string} gameId */
async function share(session, gameId) {
  const answer = await read(session, `/api/games/${gameId}`).catch(() => null);
  if (answer?.game) openShareSheet({ game: answer.game, session, title: text.playShare });
  else toast(text.somethingWrong, { kind: 'error' });
}

/** @param {Session} session */
async function unpublish(session) {
  const done = await confirmDialog({
    iconName: 'alert',
    title: text.publishStop,
    lines: [text.publishStopLine],
    action: text.publishStop,
    run: async () => {
      await ask(session, 'POST', `${api}/unpublish`).catch((error) => {
        throw new Error(failureText(error, text.somethingWrong));
      });
    },
  });
  if (!done) return;
  toast(text.publishStopped, { kind: 'success' });
  showPublished(session, null);
  submit.focus();
}

/** @param {string} message */
function leaveWith(message) {
  toast(message, { kind: 'error' });
  window.setTimeout(() => location.replace('/create'), 2_000);
}

/** Nothing is shown that could be saved over what is stored. */
function showFailure() {
  for (const id of ['backButton', 'cancelButton'])
    byId(id, HTMLButtonElement).onclick = () => location.assign(`/project/${projectId}`);
  byId('publishLoading', HTMLElement).replaceChildren(
    h('span', { role: 'alert' }, text.publishLoadFailed),
    buttonOf('button', text.retry, () => location.reload()),
  );
}

start().catch(showFailure);
