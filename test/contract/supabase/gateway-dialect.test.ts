import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, raw, service, startOwnProject, anonymous, type OwnProject } from './stack.js';
import { patient } from '../../support/patience.js';

let project: OwnProject;
beforeAll(async () => {
  project = await startOwnProject();
  await project.sql(await readFile(new URL('./scratch.sql', import.meta.url), 'utf8'));
});
afterAll(() => project.stop());

const rpc = (name: string, args?: object) => service(project).rpc(name, args);

describe('functions of every shape', () => {
  it('scalar, with defaults and arrays', async () => {
    expect(dataOf(await rpc('add', { a: 1 }))).toBe(11);
    expect(dataOf(await rpc('add', { b: 2, a: 1 }))).toBe(3);
    expect(dataOf(await rpc('sum_of', { numbers: [1, 2, 3] }))).toBe(6);
    expect(dataOf(await rpc('echo', { value: { deep: ['日本', null, 1.5] } }))).toEqual({
      deep: ['日本', null, 1.5],
    });
  });

  it('void and sets of values', async () => {
    expect(await rpc('nothing')).toMatchObject({ status: 204, data: null, error: null });
    expect(dataOf(await rpc('words', { times: 2 }))).toEqual(['w1', 'w2']);
    expect(dataOf(await rpc('words', { times: 0 }))).toEqual([]);
  });

  it('rows: one, several, of out-parameters, of a table type', async () => {
    expect(dataOf(await rpc('one_parent', { wanted: 1 }))).toMatchObject({ id: 1, label: 'one' });
    expect(dataOf(await rpc('pair'))).toEqual({ x: 1, y: 'y' });
    expect(dataOf(await rpc('rows_of', { n: 2 }))).toEqual([{ n_value: 1 }, { n_value: 2 }]);
    expect(dataOf(await rpc('all_parents'))).toMatchObject([{ label: 'one' }, { label: 'two' }]);
  });

  it('errors keep the function’s own words and status', async () => {
    expect(await rpc('fail', { kind: 'plain' })).toMatchObject({
      status: 400,
      error: { code: 'P0001', message: 'said so', details: 'the detail', hint: 'the hint' },
    });
    expect(await rpc('fail', { kind: 'teapot' })).toMatchObject({
      status: 418,
      error: { code: 'PT418' },
    });
    expect(await rpc('fail', { kind: 'divide' })).toMatchObject({
      status: 400,
      error: { code: '22012' },
    });
  });

  it('run as the caller, with the caller’s claims', async () => {
    expect(dataOf(await anonymous(project).rpc('who'))).toEqual({
      role: 'anon',
      uid: null,
      claim: 'anon',
    });
    const { data } = await anonymous(project).auth.signUp({
      email: 'who@example.com',
      password: 'long enough',
    });
    const answer = await raw(project, '/rest/v1/rpc/who', {
      method: 'POST',
      body: '{}',
      key: project.anonKey,
      token: data.session?.access_token ?? '',
    });
    expect(answer.body).toEqual({
      role: 'authenticated',
      uid: data.user?.id,
      claim: 'authenticated',
    });
    expect(dataOf(await anonymous(project).rpc('who'))).toEqual({
      role: 'anon',
      uid: null,
      claim: 'anon',
    });
  });
});

describe('names and values', () => {
  it('odd names work when they are quoted', async () => {
    const odd = await service(project)
      .from('odd "table" name')
      .select('"select","a,b.c(d)","日本"')
      .eq('"a,b.c(d)"', 'comma')
      .order('"a,b.c(d)"');
    expect(dataOf(odd)).toEqual([{ select: 'keyword', 'a,b.c(d)': 'comma', 日本: '漢字' }]);
    expect(
      dataOf(
        await service(project)
          .from('odd "table" name')
          .insert({ id: 2, 'a,b.c(d)': 'x' })
          .select('id'),
      ),
    ).toEqual([{ id: 2 }]);
    expect(await service(project).from('odd "table" name').delete().eq('id', 2)).toMatchObject({
      status: 204,
    });
  });

  it('a column or table that is called like something of ours is still the user’s', async () => {
    const [one] = dataOf(
      await service(project).from('parents').select('r,table:r(id)').eq('id', 1),
    ) as unknown[];
    expect(one).toEqual({ r: 'own r', table: [{ id: 1 }] });
    expect(dataOf(await service(project).from('r').select('*,parents(r)').single())).toEqual({
      id: 1,
      parent_id: 1,
      parents: { r: 'own r' },
    });
  });

  it('two ways between two tables are refused', async () => {
    const { error, status } = await service(project).from('children').select('parents(label)');
    expect([status, error?.code]).toEqual([300, 'PGRST201']);
  });

  it('big numbers keep their digits, arrays and json their shape', async () => {
    const answer = await raw(project, '/rest/v1/children?select=id', {
      method: 'POST',
      headers: { prefer: 'return=representation' },
      body: '{"parent_id": 9007199254740993}',
    });
    expect(answer.body).toMatchObject({ code: '23503' });
    expect(JSON.stringify(answer.body)).toContain('9007199254740993');
    expect(
      dataOf(
        await service(project)
          .from('parents')
          .update({ numbers: [4, 5], payload: [{ x: null }] })
          .eq('id', 2)
          .select('numbers,payload')
          .single(),
      ),
    ).toEqual({ numbers: [4, 5], payload: [{ x: null }] });
  });

  it('a table that was made after the start is found; one that is gone is PGRST205', async () => {
    expect((await service(project).from('late').select()).error?.code).toBe('PGRST205');
    await project.sql('create table public.late (id integer)');
    await expect
      .poll(async () => (await service(project).from('late').select()).error, {
        timeout: patient(5_000),
      })
      .toBeNull();
    await project.sql('drop table public.late');
    expect((await service(project).from('late').select()).error?.code).toBe('42P01');
    await expect
      .poll(async () => (await service(project).from('late').select()).error?.code, {
        timeout: patient(5_000),
      })
      .toBe('PGRST205');
  });

  it('answers a thousand rows at most, as hosted projects do', async () => {
    expect(dataOf(await rpc('words', { times: 1500 }))).toHaveLength(1000);
    expect(dataOf(await rpc('rows_of', { n: 1500 }))).toHaveLength(1000);
  });
});

describe('what is not understood is refused', () => {
  it.each([
    ['GET', '/parents?select=payload->a', 501],
    ['GET', '/parents?select=payload->>a', 501],
    ['GET', '/parents?select=id::text', 501],
    ['GET', '/parents?select=...children(word)', 501],
    ['GET', '/parents?select=count()', 501],
    ['GET', '/parents?select=id.sum()', 501],
    ['GET', '/parents?select=id,', 400],
    ['GET', '/parents?select=id)', 400],
    ['GET', '/parents?select=(id)', 400],
    ['GET', '/parents?select="id', 400],
    ['GET', '/parents?id=1', 400],
    ['GET', '/parents?id=equals.1', 400],
    ['GET', '/parents?id=eq', 400],
    ['GET', '/parents?id=in.1,2', 400],
    ['GET', '/parents?id=in.(1', 400],
    ['GET', '/parents?label=fts.word', 501],
    ['GET', '/parents?label=like(any).{a}', 501],
    ['GET', '/parents?payload->a=eq.1', 501],
    ['GET', '/parents?id=is.5', 400],
    ['GET', '/parents?or=id.eq.1', 400],
    ['GET', '/parents?or=(id.eq.1', 400],
    ['GET', '/parents?or=()', 400],
    ['GET', '/parents?or=(id.eq.1))', 400],
    ['GET', '/parents?or=(and(id.eq.1,r.eq.x))', 501],
    ['GET', '/parents?and=(id.eq.1)', 501],
    ['GET', '/parents?not.or=(id.eq.1)', 501],
    ['GET', '/parents?numbers=cs.{1}', 501],
    ['GET', '/parents?label=match.a', 501],
    ['GET', '/parents?select=children!inner(word)', 501],
    ['GET', '/parents?select=r(parents(id))', 501],
    ['GET', '/parents?select=r(id)&r.id=eq.1', 501],
    ['POST', '/rpc/all_parents?select=id', 501],
    ['POST', '/rpc/all_parents?order=id', 501],
    ['GET', '/parents?order=id.up', 400],
    ['GET', '/parents?order=children(word)', 501],
    ['GET', '/parents?limit=-1', 400],
    ['GET', '/parents?limit=ten', 400],
    ['GET', '/parents?offset=1e9', 400],
    ['GET', '/parents?select=id&select=label', 400],
    ['GET', '/', 501],
    ['GET', '/rpc/add?a=1', 501],
    ['PUT', '/parents?id=eq.1', 501],
    ['GET', '/parents/1', 501],
    ['GET', '/parents?select=nonsense', 400],
    ['GET', '/parents?nonsense=eq.1', 400],
    ['POST', '/parents?on_conflict=id', 501],
    ['PATCH', '/parents?id=eq.1&limit=1', 501],
    ['PROPFIND', '/parents', 405],
  ])('%s %s → %i', async (method, path, status) => {
    const answer = await raw(project, `/rest/v1${path}`, {
      method,
      ...(method === 'GET' ? {} : { body: path.startsWith('/rpc') ? '{}' : '{"label":"x"}' }),
    });
    expect([answer.status, typeof answer.body.code, typeof answer.body.message]).toEqual([
      status,
      'string',
      'string',
    ]);
  });

  it.each([
    ['prefer', 'return=headers-only', 501],
    ['prefer', 'missing=default', 501],
    ['prefer', 'max-affected=1', 501],
    ['prefer', 'tx=rollback', 501],
    ['prefer', 'count=planned', 501],
    ['accept', 'text/csv', 406],
    ['accept', 'application/vnd.pgrst.plan+json', 406],
    ['accept', 'application/vnd.pgrst.object+json;nulls=stripped', 406],
    ['accept-profile', 'auth', 406],
    ['accept-profile', 'pg_catalog', 406],
    ['range', '0-5', 501],
  ])('header %s: %s → %i', async (name, value, status) => {
    expect((await raw(project, '/rest/v1/parents', { headers: { [name]: value } })).status).toBe(
      status,
    );
  });

  it('bodies: no JSON, wrong shape, wrong type, too large', async () => {
    for (const body of [
      '',
      '{',
      '"text"',
      '5',
      'null',
      '[1]',
      '[[]]',
      '[{"label":"a"},{"r":"b"}]',
    ]) {
      expect((await raw(project, '/rest/v1/parents', { method: 'POST', body })).status, body).toBe(
        400,
      );
    }
    expect(
      (
        await raw(project, '/rest/v1/parents', {
          method: 'POST',
          body: 'label\nx',
          headers: { 'content-type': 'text/csv' },
        })
      ).status,
    ).toBe(415);
    expect(
      (
        await raw(project, '/rest/v1/parents', {
          method: 'POST',
          body: JSON.stringify({ label: 'x'.repeat(11_000_000) }),
        })
      ).status,
    ).toBe(413);
    expect(
      (await raw(project, '/rest/v1/parents', { method: 'POST', body: '{"label":"a\\u0000b"}' }))
        .status,
    ).toBe(400);
  });
});

describe('hostile input', () => {
  const ATTACKS = [
    `id"; drop table parents; --`,
    `"; select pg_sleep(5); --`,
    `1)) or 1=1 --`,
    `id::"text"; --`,
    `\\"`,
    `"a\\"b"`,
    `$1`,
    `%`,
    `../auth/users`,
    `x'||(select version())||'`,
    `{"a"}`,
    `()`,
    `)`,
    `*`,
    'pg_catalog.pg_shadow',
    'auth.users',
    '\u0000',
    '"\u0000"',
    'ｉｄ',
  ];

  const probe = async (path: string, init: Parameters<typeof raw>[2] = {}): Promise<void> => {
    const answer = await raw(project, path, init);
    expect(answer.status, `${path} → ${JSON.stringify(answer.body)}`).not.toBe(500);
    expect(answer.status).not.toBe(503);
    // 42601 is PostgreSQL's "syntax error": seen only when something reached the statement's own
    // text.
    expect(answer.body.code, path).not.toBe('42601');
  };

  it('known attacks in every place are refused or harmless', async () => {
    for (const attack of ATTACKS) {
      const text = encodeURIComponent(attack);
      for (const path of [
        `/${text}`,
        `/rpc/${text}`,
        `/parents?select=${text}`,
        `/parents?select=${text}:id`,
        `/parents?select=id,${text}(id)`,
        `/parents?select=children!${text}(id)`,
        `/parents?${text}=eq.1`,
        `/parents?label=${text}`,
        `/parents?label=eq.${text}`,
        `/parents?label=in.(${text})`,
        `/parents?or=(label.eq.${text})`,
        `/parents?or=(${text}.eq.1)`,
        `/parents?order=${text}`,
        `/parents?limit=${text}`,
      ]) {
        await probe(`/rest/v1${path}`);
      }
      await probe(`/rest/v1/parents?columns=${text}`, {
        method: 'POST',
        body: JSON.stringify([{ [attack]: 1 }]),
      });
      await probe('/rest/v1/rpc/add', { method: 'POST', body: JSON.stringify({ [attack]: 1 }) });
      await probe(`/rest/v1/parents?on_conflict=${text}`, {
        method: 'POST',
        headers: { prefer: 'resolution=merge-duplicates' },
        body: '{"label":"attack"}',
      });
      await probe(`/rest/v1/parents?id=eq.0`, {
        method: 'PATCH',
        body: JSON.stringify({ [attack]: 1 }),
      });
    }
    expect(await project.sql('select count(*)::int as n from public.parents')).toEqual([{ n: 2 }]);
  });

  it('random queries never break out, never crash', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'id',
        'label',
        'children',
        '"',
        "'",
        '(',
        ')',
        ',',
        '.',
        ':',
        '::',
        '!',
        '->',
        '*',
        'eq',
        'in',
        'not',
        'or',
        'and',
        'is',
        'null',
        '\\',
        ';',
        '--',
        '{',
        '}',
        '$1',
        ' ',
      ),
      fc.string({ maxLength: 4 }),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const key = fc.oneof(
      fc.constantFrom(
        'select',
        'order',
        'or',
        'and',
        'not.or',
        'id',
        'label',
        'children.word',
        'limit',
        'offset',
        'columns',
        'on_conflict',
      ),
      text,
    );
    const query = fc
      .array(fc.tuple(key, text), { minLength: 1, maxLength: 3 })
      .map((pairs) => new URLSearchParams(pairs).toString());
    await fc.assert(
      fc.asyncProperty(query, async (search) => {
        await probe(`/rest/v1/parents?${search}`);
      }),
      { numRuns: 400 },
    );
    expect(await project.sql('select count(*)::int as n from public.parents')).toEqual([{ n: 2 }]);
  });

  it('no way around RLS: filters, embeds, counts, upserts of what cannot be seen', async () => {
    const blind = anonymous(project);
    expect(await blind.from('secrets').select('*', { count: 'exact' })).toMatchObject({
      count: 0,
      data: [],
    });
    expect(
      dataOf(await blind.from('secrets').select('id').or('word.eq.hidden,word.neq.hidden')),
    ).toEqual([]);
    expect((await blind.from('secrets').upsert({ id: 1, word: 'overwritten' })).error?.code).toBe(
      '42501',
    );
    expect(await blind.from('secrets').delete().gte('id', 0)).toMatchObject({ error: null });
    expect(dataOf(await service(project).from('secrets').select())).toEqual([
      { id: 1, word: 'hidden' },
    ]);
  });

  it('the auth tables and the server’s own functions are out of reach', async () => {
    for (const path of [
      '/users?select=encrypted_password',
      '/pg_shadow',
      '/flow_state',
      '/refresh_tokens',
    ])
      expect((await raw(project, `/rest/v1${path}`)).status).toBeGreaterThanOrEqual(400);
    for (const name of ['set_config', 'pg_read_file', 'pg_sleep', 'crypt'])
      expect(
        (await raw(project, `/rest/v1/rpc/${name}`, { method: 'POST', body: '{}' })).status,
      ).toBe(404);
  });
});
