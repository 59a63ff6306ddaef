import { Failure } from '../../src/contracts/wire/http.js';
import type { HttpAnswer, HttpRoute } from '../../src/contracts/http-routes/route.js';
import { authOf } from './auth.js';

/**
 * Everything that a route may be answered with, by status: what its row says, and what the server
 * answers before or around any route.
 */
export function answersOf(route: HttpRoute): [status: number, answers: readonly HttpAnswer[]][] {
  const answers = new Map<number, HttpAnswer[]>();
  const also = (status: number, answer: HttpAnswer) => {
    const known = answers.get(status) ?? [];
    if (!known.includes(answer)) answers.set(status, [...known, answer]);
  };
  for (const [status, each] of Object.entries(route.answers))
    for (const answer of [each].flat()) also(Number(status), answer);
  for (const [status, answer] of commonAnswers(route))
    if (!isSaidBetter(route, status, answer)) also(status, answer);
  return [...answers].sort(([a], [b]) => a - b);
}

/** Broken addresses and bodies, no token, limits, our own failures. */
function commonAnswers(route: HttpRoute): [number, HttpAnswer][] {
  const success = [route.answers[200]].flat();
  const isCallback = route.guard === 'signature';
  const hasJsonBody = route.body !== undefined && !route.upload && !isCallback;
  const rows: [boolean, number, HttpAnswer][] = [
    [route.method === 'get' && success[0] !== undefined, 304, 'nothing'],
    [route.method === 'get' && success.some((answer) => typeof answer === 'string'), 206, '*/*'],
    [
      route.method === 'get' && success.some((answer) => typeof answer === 'string'),
      416,
      'text/html',
    ],
    [
      route.method === 'get' && success.some((answer) => typeof answer === 'string'),
      412,
      'text/html',
    ],
    [route.path.includes(':') && !isCallback, 400, 'text/html'],
    [hasJsonBody, 400, 'text/html'],
    [hasJsonBody, 408, 'text/html'],
    [hasJsonBody, 413, 'text/html'],
    [hasJsonBody, 415, 'text/html'],
    [['required', 'member', 'operator'].includes(authOf(route.guard)), 401, Failure],
    [['member', 'operator'].includes(authOf(route.guard)), 403, Failure],
    [true, 429, Failure],
    [route.path.startsWith('/api/') || isCallback, 500, Failure],
    [route.path.startsWith('/api/') || isCallback, 503, Failure],
  ];
  return rows.filter(([holds]) => holds).map(([, status, answer]) => [status, answer]);
}

/** A route that has an error shape of its own has the plain one in it. */
function isSaidBetter(route: HttpRoute, status: number, answer: HttpAnswer): boolean {
  return (
    answer === Failure &&
    [route.answers[status] ?? []].flat().some((own) => typeof own !== 'string')
  );
}
