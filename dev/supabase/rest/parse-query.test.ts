import { describe, expect, it } from 'vitest';
import { HttpError } from '../http.js';
import { parseFilter, parseLogic } from './parse-filter.js';
import { parseQuery } from './parse-query.js';
import { type Embed, parseOrder, parseSelect } from './parse-select.js';

const column = (name: string, alias = name) => ({ kind: 'column', name, alias });

const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    if (error instanceof HttpError) return [error.status, error.body['code']];
    throw error;
  }
  return undefined;
};

describe('select', () => {
  it('reads columns, aliases, star and quoted names', () => {
    expect(parseSelect('id,title:name,*')).toEqual([
      column('id'),
      column('name', 'title'),
      { kind: 'star' },
    ]);
    expect(parseSelect('"a,b(c)":"say \\"hi\\""')).toEqual([column('say "hi"', 'a,b(c)')]);
    expect(parseSelect('名前,created at')).toEqual([column('名前'), column('created at')]);
    expect(parseSelect('')).toEqual([]);
  });

  it('reads embeds with hints, inner and nesting', () => {
    const [embed] = parseSelect('owner:users!fk!inner(id,projects(name))');
    expect(embed).toMatchObject({
      kind: 'embed',
      alias: 'owner',
      target: 'users',
      hint: 'fk',
      isInner: true,
      items: [
        column('id'),
        { kind: 'embed', target: 'projects', alias: 'projects', isInner: false, hint: undefined },
      ],
    });
  });

  it.each([
    ['a->b', 501],
    ['a::text', 501],
    ['...a(b)', 501],
    ['a()', 501],
    ['a(', 400],
    ['a,,b', 400],
    [',a', 400],
    ['a b"c', 400],
    ['a!x!y(z)', 400],
    [`${'a('.repeat(9)}x${')'.repeat(9)}`, 400],
    ['x'.repeat(64), 400],
  ])('refuses %s with %i', (text, status) => {
    expect(refusal(() => parseSelect(text))).toEqual([
      status,
      status === 501 ? 'PGRST501' : 'PGRST100',
    ]);
  });
});

describe('order', () => {
  it('reads directions and nulls', () => {
    expect(parseOrder('a,b.desc,c.asc.nullsfirst,d.nullslast')).toEqual([
      { column: 'a', isDescending: false, nulls: undefined },
      { column: 'b', isDescending: true, nulls: undefined },
      { column: 'c', isDescending: false, nulls: 'first' },
      { column: 'd', isDescending: false, nulls: 'last' },
    ]);
  });

  it.each(['', 'a.', 'a.descending', 'a.nullsfirst.desc', 'a;b'])('refuses "%s"', (text) => {
    expect(refusal(() => parseOrder(text))).toEqual([400, 'PGRST100']);
  });
});

describe('filters', () => {
  it('a value is everything after the operator, quotes and commas included', () => {
    expect(parseFilter('a', 'eq."x",y)')).toEqual({
      kind: 'compare',
      column: 'a',
      operator: '=',
      value: '"x",y)',
      isNegated: false,
    });
    expect(parseFilter('a', 'eq.')).toMatchObject({ value: '' });
    expect(parseFilter('a', 'not.gte.eq.5')).toMatchObject({
      operator: '>=',
      value: 'eq.5',
      isNegated: true,
    });
  });

  it('a star in like and ilike stands for any text, elsewhere for itself', () => {
    expect(parseFilter('a', 'ilike.*b*')).toMatchObject({ operator: 'ilike', value: '%b%' });
    expect(parseFilter('a', 'eq.*b*')).toMatchObject({ value: '*b*' });
  });

  it('lists: quoted members may hold what separates others; a lone quote is a character', () => {
    expect(parseFilter('a', 'in.("x,y","a\\"b",c d,)')).toMatchObject({
      kind: 'in',
      values: ['x,y', 'a"b', 'c d', ''],
    });
    expect(parseFilter('a', 'in.(a"b,"c)')).toMatchObject({ values: ['a"b', '"c'] });
    expect(parseFilter('a', 'in.()')).toMatchObject({ values: [] });
  });

  it.each([
    ['', 400],
    ['5', 400],
    ['eq', 400],
    ['EQ.5', 400],
    ['constructor.5', 400],
    ['is.nul', 400],
    ['in.a', 400],
    ['in.(a)b', 400],
    ['fts(english).x', 501],
    ['wfts.x', 501],
    ['eq(any).{1}', 501],
  ])('refuses "%s" with %i', (text, status) => {
    expect(refusal(() => parseFilter('a', text))).toEqual([
      status,
      status === 501 ? 'PGRST501' : 'PGRST100',
    ]);
  });

  it('logic: nested groups, negation, quoted values, lists, arrays', () => {
    expect(parseLogic('or', '(a.eq."x,y",not.and(b.is.null,c.not.in.(1,2)),d.cs.{1,2})')).toEqual({
      kind: 'group',
      joiner: 'or',
      isNegated: false,
      conditions: [
        { kind: 'compare', column: 'a', operator: '=', value: 'x,y', isNegated: false },
        {
          kind: 'group',
          joiner: 'and',
          isNegated: true,
          conditions: [
            { kind: 'is', column: 'b', value: 'null', isNegated: false },
            { kind: 'in', column: 'c', values: ['1', '2'], isNegated: true },
          ],
        },
        { kind: 'compare', column: 'd', operator: '@>', value: '{1,2}', isNegated: false },
      ],
    });
    expect(parseLogic('not.and', '(a.eq.1)')).toMatchObject({ joiner: 'and', isNegated: true });
    expect(parseLogic('or', '(or.eq.1,and.eq.2)')).toMatchObject({
      conditions: [{ column: 'or' }, { column: 'and' }],
    });
  });

  it('logic too deep is refused instead of exhausting the stack', () => {
    expect(
      refusal(() => parseLogic('or', `${'(and'.repeat(50)}(a.eq.1)${')'.repeat(50)}`)),
    ).toEqual([400, 'PGRST100']);
  });
});

describe('whole queries', () => {
  const parse = (text: string) => parseQuery(new URLSearchParams(text));

  it('hands every parameter to the table it speaks of', () => {
    const { root } = parse(
      'select=id,lines:chat(text,users(id))&id=eq.1&lines.order=text.desc&lines.limit=3&' +
        'chat.text=neq.x&lines.users.id=eq.7&lines.not.or=(text.eq.a)&limit=2&offset=4',
    );
    expect(root).toMatchObject({ limit: 2, offset: 4, conditions: [{ column: 'id' }] });
    const lines = root.items[1];
    expect(lines).toMatchObject({
      limit: 3,
      order: [{ column: 'text' }],
      conditions: [
        { column: 'text', operator: '<>' },
        { kind: 'group', isNegated: true },
      ],
    });
    expect((lines as Embed).items[1]).toMatchObject({ conditions: [{ column: 'id', value: '7' }] });
  });

  it('selects everything unless told otherwise, and leaves the key to the gateway', () => {
    expect(parse('apikey=secret')).toMatchObject({
      hasSelect: false,
      root: { items: [{ kind: 'star' }], conditions: [] },
      columns: undefined,
      conflictColumns: undefined,
    });
  });

  it('refuses parameters of tables that are not embedded', () => {
    expect(refusal(() => parse('select=id&lines.id=eq.1'))).toEqual([400, 'PGRST108']);
  });

  it.each([
    'limit=1.5',
    'limit=',
    'offset=-1',
    'select=id&select=id',
    'on_conflict=a;b',
    'columns="a',
    'id=eq.%00',
    '%00=eq.1',
    '=eq.1',
  ])('refuses %s', (text) => {
    expect(refusal(() => parse(text))).toEqual([400, 'PGRST100']);
  });
});
