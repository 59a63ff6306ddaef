import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStack } from '../../support/shared-stack.js';
import { Http, SCRIPTS, type Row } from './script-checks.js';
import { V2Script, type Answer } from './v2-script.js';

/**
 * The six stand-alone scripts that V2's own checks are (rest.md §13), one after the other against
 * the running product, as they would be started.
 */
const stack = sharedStack();
let script: V2Script;
beforeAll(async () => {
  script = await V2Script.start(stack.baseUrl, stack.env);
  const { service, things } = script;
  const owner = script.account('owner');
  Object.assign(things, {
    ownerToken: owner.token,
    otherToken: script.account('other').token,
    email: owner.email,
  });
  const { data: project } = await owner.db
    .from('projects')
    .insert({ user_id: owner.id, name: 'Test Project' })
    .select('id')
    .single<{ id: string }>();
  things['project'] = project?.id ?? '';
  const { data: job } = await service
    .from('jobs')
    .insert({ user_id: owner.id, project_id: project?.id, status: 'pending', progress: 0 })
    .select('id')
    .single<{ id: string }>();
  things['job'] = job?.id ?? '';
});

async function check({ ask, answer }: Row): Promise<void> {
  const heard = await ask(script);
  if (!(answer instanceof Http)) return expect(heard).toMatchObject(filled(answer as object));
  const { status, body } = heard as Answer;
  expect(answer.statuses, JSON.stringify(body)).toContain(status);
  if (answer.body) expect(body).toMatchObject(filled(answer.body));
}

const filled = (answer: object): object =>
  JSON.parse(script.named(JSON.stringify(answer))) as object;

it.each(SCRIPTS.map(([{ name, unit, checks }, count]) => [name, count, unit, checks] as const))(
  '%s: %i %s',
  (_name, count, _unit, checks) => {
    expect(Object.keys(checks)).toHaveLength(count);
  },
);

describe.each(SCRIPTS.map(([{ name, checks }]) => [name, checks] as const))(
  '%s.js',
  (_name, checks) => {
    it.each(Object.entries(checks))('%s', async (_check, rows) => {
      for (const row of rows) await check(row);
    });
  },
);

it('nothing was said unasked on any of the sockets', () => {
  expect(script.unasked()).toEqual([]);
});

it('cleans up: rows and accounts go, nothing is served, no row names a file', async () => {
  const { id } = script.account('owner');
  expect(await script.files(id), 'no path of a file').toEqual([]);
  await script.cleanUp();
  const { data: users } = await script.service.auth.admin.listUsers({ page: 1, perPage: 1000 });
  expect(users.users.map((user) => user.id)).not.toContain(id);
  expect((await script.http('GET', '/api/assets/:second', 'nobody')).status).toBe(404);
});
