import { describe, expect, it } from 'vitest';
import { countedBytes, readMessagesRequest } from './model-request.js';

const base64 = (data: string) => ({ type: 'base64', media_type: 'image/png', data });
const countOf = (content: unknown): { counted: number; bytes: number } => {
  const request = { model: 'm', messages: [{ role: 'user', content }] };
  const body = Buffer.from(JSON.stringify(request));
  return { counted: countedBytes(body, readMessagesRequest(body)!), bytes: body.length };
};

describe('J5: what a request counts for before it is answered', () => {
  const large = 'A'.repeat(200_000);

  it('is 1,600 tokens for an image, in a message and in what a tool has answered', () => {
    const image = { type: 'image', source: base64(large) };
    for (const content of [[image], [{ type: 'tool_result', content: [image] }]])
      expect(countOf(content).counted).toBe(countOf(content).bytes - 200_000 + 6_400);
  });

  it('is all of its bytes for text, a document and a small image', () => {
    const small = { type: 'image', source: base64('A'.repeat(100)) };
    const document = { type: 'document', source: base64(large) };
    for (const content of [large, [small], [document], [null, 1, { type: 'image' }]])
      expect(countOf(content).counted).toBe(countOf(content).bytes);
  });
});
