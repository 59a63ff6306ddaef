import { expect, it } from 'vitest';
import { S3Url } from './place.js';

const problemOf = (text: string): string => {
  const { error } = S3Url.safeParse(text);
  return error?.issues[0]?.message ?? '';
};

it('without an endpoint it is a bucket of AWS, by the name of its host', () => {
  expect(S3Url.parse('s3://games?region=eu-west-1')).toEqual({
    endpoint: 'https://s3.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
    bucket: 'games',
    prefix: '',
    isPathStyle: false,
  });
});

it('with an endpoint the bucket stands in the path; a prefix ends in a slash', () => {
  const place = { endpoint: 'http://127.0.0.1:9000', bucket: 'my.games', isPathStyle: true };
  const text = 's3://my.games/dream/core?endpoint=http://127.0.0.1:9000';
  expect(S3Url.parse(text)).toMatchObject({ ...place, prefix: 'dream/core/' });
  expect(S3Url.parse(text.replace('core?', 'core/?'))).toMatchObject({ prefix: 'dream/core/' });
  expect(S3Url.parse(`${text}&style=host`)).toMatchObject({ isPathStyle: false });
});

it.each([
  ['https://games.example', 'is not s3://'],
  ['games', 'is not s3://'],
  ['s3://ab', 'names no bucket'],
  ['s3://Games', 'names no bucket'],
  ['s3:///prefix', 'names no bucket'],
  ['s3://games/../x/Y', 'has a prefix'],
  ['s3://games?endpoint=ftp://host', 'no http(s) origin'],
  ['s3://games?endpoint=https://host/path', 'no http(s) origin'],
  ['s3://games?endpoint=https://user@host', 'no http(s) origin'],
  ['s3://games?style=other', 'has a style'],
  ['s3://games?secret=abc', 'has an unknown parameter'],
])('%s is refused: %s', (text, problem) => {
  expect(problemOf(text)).toContain(problem);
});

it('a URL with keys in it is refused, and its refusal does not repeat them', () => {
  const problem = problemOf('s3://AKIAEXAMPLE:hidden@games');
  expect(problem).toContain('holds keys');
  expect(problem).not.toMatch(/AKIA|hidden/);
});
