import { asyncApiDocument } from './asyncapi.js';
import { jsonText } from './json-text.js';
import { openApiDocument } from './openapi.js';
import { websocketDocument } from './websocket.js';

/** Generated documents by their place in the project. */
export const API_DOCUMENTS: Readonly<Record<string, () => string>> = {
  'docs/api/openapi.json': () => `${jsonText(openApiDocument())}\n`,
  'docs/api/asyncapi.json': () => `${jsonText(asyncApiDocument())}\n`,
  'docs/api/websocket.md': websocketDocument,
};
