import { describe, expect, it } from 'vitest';
import { HttpError } from '../http.js';
import { parseFilter, parseOr } from './parse-filter.js';
import { parseQuery } from './parse-query.js';
import { parseOrder, parseSelect } from './parse-select.js';

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

  it('reads embeds with their columns', () => {
    expect(parseSelect('id,owner:users(id,title:name)')).toEqual([
      column('id'),
      {
        kind: 'embed',
        alias: 'owner',
        target: 'users',
        items: [column('id'), column('name', 'title')],
      },
    ]);
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
    ['a!x(z)', 501],
    ['a!inner(z)', 501],
    ['a(b(c))', 501],
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

  it.each(['match', 'imatch', 'isdistinct', 'cs', 'cd', 'ov', 'sl', 'adj', 'plfts'])(
    'refuses the operator %s',
    (operator) => {
      expect(refusal(() => parseFilter('a', `${operator}.1`))).toEqual([501, 'PGRST501']);
    },
  );

  it('or: quoted values, negation and lists; groups inside of it are refused', () => {
    expect(parseOr('(a.eq."x,y",c.not.in.(1,2),or.eq.1)')).toEqual({
      kind: 'or',
      conditions: [
        { kind: 'compare', column: 'a', operator: '=', value: 'x,y', isNegated: false },
        { kind: 'in', column: 'c', values: ['1', '2'], isNegated: true },
        { kind: 'compare', column: 'or', operator: '=', value: '1', isNegated: false },
      ],
    });
    for (const inner of ['and(a.eq.1,b.eq.2)', 'not.or(a.eq.1)', 'a.eq.1,or(b.eq.2)'])
      expect(refusal(() => parseOr(`(${inner})`))).toEqual([501, 'PGRST501']);
  });
});

describe('whole queries', () => {
  const parse = (text: string) => parseQuery(new URLSearchParams(text));

  it('reads conditions, order and page', () => {
    expect(parse('select=id,lines:chat(text)&id=eq.1&or=(a.eq.1)&limit=2&offset=4')).toMatchObject({
      ...{ limit: 2, offset: 4, isPlain: false, order: [] },
      conditions: [{ column: 'id', operator: '=' }, { kind: 'or' }],
    });
  });

  it('selects everything unless a column is named, and leaves the key to the gateway', () => {
    expect(parse('apikey=secret')).toMatchObject({
      ...{ items: [{ kind: 'star' }], conditions: [], isPlain: true },
      ...{ columns: undefined, conflictColumns: undefined },
    });
  });

  it.each(['lines.id=eq.1', 'lines.order=id', 'lines.limit=1', 'and=(a.eq.1)', 'not.or=(a.eq.1)'])(
    'refuses %s: it is not offered',
    (text) => {
      expect(refusal(() => parse(`select=id,lines(id)&${text}`))).toEqual([501, 'PGRST501']);
    },
  );

  it.each([
    'limit=1.5',
    'limit=',
    'offset=-1',
    'select=id&select=id',
    'limit=1&limit=2',
    'on_conflict=a;b',
    'columns="a',
    'id=eq.%00',
    '%00=eq.1',
    '=eq.1',
  ])('refuses %s', (text) => {
    expect(refusal(() => parse(text))).toEqual([400, 'PGRST100']);
  });
});
