import type { HttpAnswer } from '../../src/contracts/http-routes/route.js';
import { jsonSchemaOf, type Json, type JsonObject } from './schemas.js';

const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: 'Done',
  206: 'The range',
  302: 'It is there',
  304: 'Not changed',
  400: 'The request is not understood',
  401: 'The caller is not signed in',
  403: 'Of another user',
  404: 'Not found',
  409: 'Something else is going on',
  410: 'No longer wanted',
  412: 'Another one than `If-Match` says',
  413: 'Too large',
  415: 'Of a kind that is not taken',
  416: 'No such range',
  422: 'Cannot be made',
  429: 'Too many requests: come back after `Retry-After` seconds',
  500: 'Our failure',
  502: 'Failure of a service behind us',
  503: 'Not at the moment',
  504: 'Took too long',
  507: 'No room',
};

/** Responses of a document; what is not a route's own success is shared under a name. */
export class Responses {
  readonly shared: JsonObject = {};

  of(status: number, answers: readonly HttpAnswer[], schemas: JsonObject): Json {
    const content: Record<string, { schema: JsonObject }> = {};
    for (const answer of answers) {
      if (answer === 'nothing') continue;
      if (typeof answer === 'string')
        content[answer] = { schema: answer.startsWith('text/') ? { type: 'string' } : {} };
      else content['application/json'] = { schema: jsonSchemaOf(answer, schemas, 'output') };
    }
    const headers = headersOf(status);
    const response: JsonObject = {
      description: STATUS_TEXT[status] ?? String(status),
      ...(headers === null ? {} : { headers }),
      ...(Object.keys(content).length === 0 ? {} : { content }),
    };
    return status === 200 ? response : this.share(status, content, response);
  }

  private share(
    status: number,
    content: Record<string, { schema: JsonObject }>,
    response: JsonObject,
  ): Json {
    const kinds = Object.entries(content).map(([media, { schema }]) => nameOf(media, schema));
    const name = [status, ...kinds].join('-');
    this.shared[name] = response;
    return { $ref: `#/components/responses/${name}` };
  }
}

function headersOf(status: number): JsonObject | null {
  if (status === 302) return { Location: { required: true, schema: { type: 'string' } } };
  return status === 429
    ? { 'Retry-After': { required: true, schema: { type: 'integer', minimum: 1 } } }
    : null;
}

/** `Error` for a schema of that name, `text` for a page or a line. */
function nameOf(media: string, { $ref }: JsonObject): string {
  const name = typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
  return name ?? (media.startsWith('text/') ? 'text' : 'file');
}
