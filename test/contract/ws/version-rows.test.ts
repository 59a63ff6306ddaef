import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { newProject, Socket } from './socket.js';

/** Frames about versions, of a project that has none: websocket.md §3 and §4. */
const UNKNOWN = '00000000-0000-0000-0000-000000000000';
const error = (message: string) => ({ type: 'error', message });

const stack = sharedStack();
let alice: TestUser;
let projectId: string;
let socket: Socket;

beforeAll(async () => {
  alice = await createUser(stack.env, 'alice');
  const first = await Socket.signedIn(stack.baseUrl, alice);
  projectId = await newProject(first, '宇宙船');
  await first.close();
});
beforeEach(async () => {
  socket = await Socket.signedIn(stack.baseUrl, alice);
});
afterEach(() => socket.close());

/** `$project` stands for Alice's own. */
function filled(frame: object): object {
  return JSON.parse(JSON.stringify(frame).replaceAll('$project', projectId)) as object;
}

describe('a name for a version', () => {
  it.each(['x'.repeat(61), 'a\nb', 'a\u202eb', 'a\0'])('%j is none', async (name) => {
    expect(
      await socket.ask({ type: 'markVersion', projectId, versionId: 'abcdef0', name }),
    ).toEqual(error('Invalid version name'));
  });
});

describe('versions of a project without any', () => {
  it.each([
    [{ type: 'getVersions' }, error('Invalid request')],
    [{ type: 'getVersions', projectId: UNKNOWN }, error('Access denied')],
    [
      { type: 'getVersions', projectId: '$project' },
      { type: 'versionsList', projectId: '$project', versions: [] },
    ],
    [{ type: 'markVersion', projectId: '$project', name: 'x' }, error('Invalid request')],
    [{ type: 'markVersion', projectId: '$project', versionId: 'f00' }, error('Invalid request')],
    [
      { type: 'markVersion', projectId: UNKNOWN, versionId: 'abcdef0', name: 'x' },
      error('Access denied'),
    ],
    [
      { type: 'markVersion', projectId: '$project', versionId: 'abcdef0', isBookmarked: true },
      error('Version not found'),
    ],
    [{ type: 'getVersionEdits', projectId: '$project' }, error('Invalid request')],
    [
      { type: 'getVersionEdits', projectId: UNKNOWN, versionHash: 'abcdef0' },
      error('Access denied'),
    ],
    [
      { type: 'getVersionEdits', projectId: '$project', versionHash: '--help' },
      {
        type: 'versionEdits',
        projectId: '$project',
        versionHash: '--help',
        edits: [],
        summary: '',
      },
    ],
    [
      { type: 'getVersionEdits', projectId: '$project', versionHash: 'abcdef0' },
      {
        type: 'versionEdits',
        projectId: '$project',
        versionHash: 'abcdef0',
        edits: [],
        summary: '',
      },
    ],
    [{ type: 'restoreVersion', projectId: '$project' }, error('Invalid request')],
    [{ type: 'restoreVersion', versionId: 'abcdef0' }, error('Invalid request')],
    [
      { type: 'restoreVersion', projectId: '$project', versionId: 'abc' },
      error('Invalid version ID format'),
    ],
    [
      { type: 'restoreVersion', projectId: '$project', versionId: 'zzzzzzz' },
      error('Invalid version ID format'),
    ],
    [
      { type: 'restoreVersion', projectId: '$project', versionId: 1234567 },
      error('Invalid version ID format'),
    ],
    [{ type: 'restoreVersion', projectId: UNKNOWN, versionId: 'abcdef0' }, error('Access denied')],
    [
      { type: 'restoreVersion', projectId: '$project', versionId: 'abcdef0' },
      error('Git not initialized'),
    ],
  ])('%j → %j', async (frame, reply) => {
    expect(await socket.ask(filled(frame))).toEqual(filled(reply));
  });
});
