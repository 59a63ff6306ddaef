import * as answer from '../wire/http.js';
import { SettingsBody } from '../game/settings.js';
import { MAX_OWNER_PLAY_BYTES } from '../game/tape-bounds.js';
import { OwnerPlayBody } from '../game/tape.js';
import { AS_CARD, FILES_OF_PROJECT, OF_PROJECT, project, routes } from './route.js';

/** Projects and what their owners take out of them. */
export const PROJECT_ROUTES = routes('projects', {
  listProjects: {
    path: '/api/projects',
    summary: 'Own projects, the one touched last first',
    guard: 'user',
    rate: 'reads',
    query: answer.ProjectsQuery,
    answers: { 200: answer.ProjectList },
  },
  project: {
    path: project(''),
    summary: 'The raw row of an own project',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Project, ...OF_PROJECT },
  },
  code: {
    path: project('/code'),
    summary: 'index.html as JSON',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Code, ...FILES_OF_PROJECT },
  },
  settings: {
    path: project('/settings'),
    summary: 'What the current version lets its owner tune; empty when nothing',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Settings, ...FILES_OF_PROJECT },
  },
  saveSettings: {
    method: 'put',
    path: project('/settings'),
    summary: 'Saves settings as a version, without a run; sent twice it is done once',
    guard: 'projectOwner',
    rate: 'writes',
    body: SettingsBody,
    invalid: 'Invalid settings',
    answers: {
      200: answer.Tuned,
      ...FILES_OF_PROJECT,
      400: answer.SettingFailure,
      403: answer.Failure,
      409: [answer.JobActive, answer.Failure],
    },
  },
  addOwnerPlay: {
    method: 'post',
    path: project('/plays'),
    summary: 'Keeps what its owner did in a version; the newest plays serve its next change',
    guard: 'projectOwner',
    rate: 'writes',
    body: OwnerPlayBody,
    maxBodyBytes: MAX_OWNER_PLAY_BYTES,
    invalid: 'Invalid play',
    answers: { 200: answer.Done, ...FILES_OF_PROJECT },
  },
  aiContext: {
    path: project('/ai-context'),
    summary: 'What the last change was about',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Context, ...FILES_OF_PROJECT },
  },
  downloadGame: {
    path: project('/download'),
    summary: 'The game as a zip that plays anywhere',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: 'application/zip', ...FILES_OF_PROJECT },
  },
  downloadRepository: {
    path: project('/repository'),
    summary: 'All versions as a bare git repository in a zip',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: 'application/zip', ...FILES_OF_PROJECT },
  },
  screenshot: {
    path: project('/screenshots/:screenshot'),
    summary: 'What a version looks like; lists and versions name it as `screenshotUrl`',
    guard: 'projectOwner',
    rate: 'files',
    query: AS_CARD,
    answers: { 200: 'image/*', ...OF_PROJECT },
  },
  preview: {
    path: project('/preview'),
    summary: 'index.html as stored; a token in the address leads to a signed path',
    guard: 'projectOwner',
    rate: 'reads',
    content: 'game',
    answers: {
      200: 'text/html',
      302: 'nothing',
      400: answer.Failure,
      404: [answer.Failure, 'text/html'],
      500: 'text/html',
      503: answer.Failure,
    },
  },
});
