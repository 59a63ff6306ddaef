import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { CLIENT_FRAMES } from '../../src/contracts/wire/client-frames.js';
import { ServerFrame } from '../../src/contracts/wire/frames.js';
import { readText } from './files.js';

type Document = Record<string, unknown>;

const require = createRequire(import.meta.url);
const read = (file: string): Document => JSON.parse(readText(file)) as Document;
const OPENAPI = 'docs/api/openapi.json';
const ASYNCAPI = 'docs/api/asyncapi.json';

/** The specification's own schema: of the version that the document names. */
function asyncApiErrors(document: Document): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schema = require(
    `@asyncapi/specs/schemas/${String(document['asyncapi'])}-without-$id.json`,
  ) as Document;
  const isValid = ajv.validate(schema, document);
  return isValid
    ? []
    : (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

/** Each `$ref` with whether something stands there. */
function refs(document: Document): { target: string; isThere: boolean }[] {
  return [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, target = '']) => ({
    target,
    isThere:
      target
        .split('/')
        .reduce<unknown>((at, key) => (at as Document | undefined)?.[key], document) !== undefined,
  }));
}

describe(OPENAPI, () => {
  it('is OpenAPI 3.1 to a parser of its own', async () => {
    const result = await new Validator().validate(read(OPENAPI));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('would be refused with an answer that has no status', async () => {
    const document = read(OPENAPI) as { paths: Record<string, Record<string, Document>> };
    document.paths['/api/health'] = { get: { responses: { ok: { description: '' } } } };
    expect((await new Validator().validate(document)).valid).toBe(false);
  });
});

describe(ASYNCAPI, () => {
  const document = read(ASYNCAPI) as {
    channels: { socket: { messages: Document } };
    operations: Record<string, { action: string; reply?: object }>;
  } & Document;

  it('is what the schema of AsyncAPI 3 asks for', () => {
    expect(asyncApiErrors(document)).toEqual([]);
  });

  it('would be refused with an operation that has an unknown action and no channel', () => {
    const wrong = structuredClone(document);
    wrong.operations['receive.ping'] = { action: 'publish' };
    expect(asyncApiErrors(wrong).join('\n')).toMatch(/operations\/receive\.ping/);
  });

  it('refers to nothing that is not there', () => {
    const all = refs(document);
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(({ isThere }) => !isThere)).toEqual([]);
  });

  it('has every frame of src/contracts/wire/frames.ts, in its direction', () => {
    const wanted = [
      ...Object.keys(CLIENT_FRAMES).map((type) => `client.${type}`),
      ...ServerFrame.options.map(({ shape }) => `server.${shape.type.value}`),
    ];
    expect(Object.keys(document.channels.socket.messages).toSorted()).toEqual(wanted.toSorted());
    const actions = Object.entries(document.operations).map(
      ([name, { action }]) => name.split('.')[0] === action,
    );
    expect(actions.length).toBe(wanted.length);
    expect(actions.every(Boolean)).toBe(true);
  });

  it('says what answers a request', () => {
    expect(document.operations['receive.ping']?.reply).toEqual({
      channel: { $ref: '#/channels/socket' },
      messages: [{ $ref: '#/channels/socket/messages/server.pong' }],
    });
  });
});
