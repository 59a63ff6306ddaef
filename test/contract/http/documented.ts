import { isDeepStrictEqual } from 'node:util';
import { answersOf } from '../../../scripts/api-docs/answers.js';
import { rateKindOf } from '../../../src/api/rate-limits-http.js';
import { HTTP_ROUTES, type HttpAnswer } from '../../../src/contracts/http-routes.js';
import type { Answer } from './api-process.js';

/**
 * What of an answer docs/api/openapi.json does not tell: an empty list when its route promises
 * status, kind and every field of it.
 */
export function undocumented(request: string, heard: Answer): string[] {
  const [method = '', target = ''] = request.split(' ');
  const path = target.split('?')[0] ?? '';
  const routes = HTTP_ROUTES.filter(
    (route) => route.method === method.toLowerCase() && patternOf(route.path).test(path),
  );
  const promised = routes.flatMap((route) => answersOf(route, rateKindOf(method, path) !== null));
  if (routes.length === 0) return [];
  const answers = promised
    .filter(([status]) => status === heard.status)
    .flatMap(([, each]) => each);
  if (answers.length === 0) return [`${heard.status} is not documented for ${request}`];
  return answers.some((answer) => isAs(answer, heard))
    ? []
    : [
        `${heard.status} ${heard.headers['content-type'] ?? ''} is documented otherwise for ${request}: ${heard.text.slice(0, 300)}`,
      ];
}

function isAs(answer: HttpAnswer, heard: Answer): boolean {
  const type = heard.headers['content-type']?.split(';')[0];
  if (answer === 'nothing') return true;
  if (typeof answer === 'string')
    return (
      answer === '*/*' ||
      type === answer ||
      (answer === 'image/*' && type?.startsWith('image/') === true)
    );
  const parsed =
    type === 'application/json' && heard.text !== '' ? answer.safeParse(heard.json()) : null;
  // What a schema does not name, it leaves out.
  return parsed?.success === true && isDeepStrictEqual(parsed.data, heard.json());
}

/** A path of the router as a pattern. */
function patternOf(path: string): RegExp {
  const source = path
    .replaceAll(/[.~]/g, '\\$&')
    .replace(/\{\*\w+\}/, '.*')
    .replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(`^${source}/?$`, 'i');
}
