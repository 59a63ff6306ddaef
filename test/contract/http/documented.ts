import { isDeepStrictEqual } from 'node:util';
import { answersOf } from '../../../scripts/api-docs/answers.js';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import type { HttpAnswer, HttpRoute } from '../../../src/contracts/http-routes/route.js';
import type { Answer } from './api-process.js';

/**
 * What of an answer docs/api/openapi.json does not tell: an empty list when its route promises
 * status, kind and every field of it.
 */
export function undocumented(request: string, heard: Answer): string[] {
  const route = routeOf({ ask: request });
  if (route === undefined) return [];
  const answers = answersOf(route)
    .filter(([status]) => status === heard.status)
    .flatMap(([, each]) => each);
  if (answers.length === 0) return [`${heard.status} is not documented for ${request}`];
  return answers.some((answer) => isAs(answer, heard))
    ? []
    : [
        `${heard.status} ${heard.headers['content-type'] ?? ''} is documented otherwise ` +
          `for ${request}: ${heard.text.slice(0, 300)}`,
      ];
}

/** The first route that matches `METHOD path`, as the router finds it. */
export function routeOf({ ask }: { readonly ask: string }): HttpRoute | undefined {
  const [asked = '', target = ''] = ask.split(' ');
  const path = target.split('?')[0] ?? '';
  const method = asked === 'HEAD' ? 'get' : asked.toLowerCase();
  return HTTP_ROUTES.find(
    (route) =>
      route.method === method &&
      new RegExp(
        `^${route.path.replaceAll(/\{\*\w+\}/g, '.*').replaceAll(/:\w+/g, '[^/]+')}/?$`,
        'i',
      ).test(path),
  );
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
