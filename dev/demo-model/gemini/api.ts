import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { parsedJson } from '../../../src/contracts/base/readable.js';
import { readBody } from '../../read-body.js';
import { drawImage } from './drawing.js';

const ROUTE = /^\/(?:gemini\/)?v1(?:beta)?\/models\/([\w.-]+):generateContent$/;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const SPRITE_SIZE = 512;
const THUMBNAIL = { width: 360, height: 640 };

const Body = z.object({
  contents: z
    .array(z.object({ parts: z.array(z.object({ text: z.string().optional() }).loose()) }))
    .min(1),
  generationConfig: z
    .object({ imageConfig: z.object({ aspectRatio: z.string() }).partial().optional() })
    .loose()
    .optional(),
});

export interface SeenImageRequest {
  model: string;
  prompt: string;
  parts: number;
}

export interface DemoGeminiOptions {
  onRequest?: (seen: SeenImageRequest) => void;
}

interface Refusal {
  code: number;
  status: string;
  message: string;
}

/**
 * A prompt requests a fault by `[demo:NAME]` in its text. Counted ones (`-once`) count the calls
 * of one prompt.
 */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  '400': { code: 400, status: 'INVALID_ARGUMENT', message: 'The request is invalid (DEMO fault)' },
  '403': {
    code: 403,
    status: 'PERMISSION_DENIED',
    message: 'The key may not do this (DEMO fault)',
  },
  '429': { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded (DEMO fault)' },
  '500': { code: 500, status: 'INTERNAL', message: 'Internal error (DEMO fault)' },
  '503': { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded (DEMO fault)' },
};

/**
 * The image model of a stack without a key, beside the demo model: speaks the wire of
 * `generateContent` and draws what the prompt names. Faults by prompt: `[demo:400]`, `403`, `429`,
 * `500`, `503`, each also with `-once`; `blocked` (the prompt), `safety` (the image), `no-image`
 * (words instead), `broken` (bytes that are no image), `slow-N` (N seconds).
 */
export class DemoGemini {
  private readonly calls = new Map<string, number>();

  constructor(private readonly options: DemoGeminiOptions = {}) {}

  /** True when the path is one of the image model's. */
  serves(path: string): boolean {
    return ROUTE.test(path);
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const model = ROUTE.exec(path)?.[1] ?? '';
    const text = await readBody(request, MAX_BODY_BYTES);
    const body = parsedJson(Body, text ?? '');
    if (!request.headers['x-goog-api-key'])
      return refuse(response, {
        code: 403,
        status: 'PERMISSION_DENIED',
        message: 'API key missing',
      });
    if (body === null) return refuse(response, REFUSALS['400']!);
    const parts = body.contents.flatMap((content) => content.parts);
    const prompt = parts.map((part) => part.text ?? '').join('\n');
    this.options.onRequest?.({ model, prompt, parts: parts.length });
    const calls = (this.calls.get(prompt) ?? 0) + 1;
    this.calls.set(prompt, calls);
    const fault = /\[demo:([\w-]+)\]/.exec(prompt)?.[1] ?? '';
    const refusal =
      REFUSALS[fault] ?? (calls === 1 ? REFUSALS[fault.replace(/-once$/, '')] : undefined);
    if (refusal) return refuse(response, refusal);
    await sleep(Number(/^slow-(\d{1,3})$/.exec(fault)?.[1] ?? 0) * 1_000);
    sendJson(
      response,
      200,
      await answer(fault, model, () =>
        drawing(prompt, body.generationConfig?.imageConfig?.aspectRatio),
      ),
    );
  }
}

function drawing(prompt: string, aspectRatio = '1:1'): Promise<Buffer> {
  const size = aspectRatio === '9:16' ? THUMBNAIL : { width: SPRITE_SIZE, height: SPRITE_SIZE };
  return drawImage({ prompt, ...size, isSprite: prompt.includes('#FF00FF') });
}

async function answer(
  fault: string,
  model: string,
  draw: () => Promise<Buffer>,
): Promise<Record<string, unknown>> {
  const usageMetadata = {
    promptTokenCount: 50,
    candidatesTokenCount: 1_290,
    totalTokenCount: 1_340,
  };
  const candidate = (parts: unknown[] | null, finishReason = 'STOP') => ({
    candidates: [
      { index: 0, finishReason, ...(parts ? { content: { role: 'model', parts } } : {}) },
    ],
    usageMetadata,
    modelVersion: model,
  });
  const image = (bytes: Buffer) => ({
    inlineData: { mimeType: 'image/png', data: bytes.toString('base64') },
  });
  switch (fault) {
    case 'blocked':
      return {
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
        usageMetadata,
        modelVersion: model,
      };
    case 'safety':
      return candidate(null, 'IMAGE_SAFETY');
    case 'no-image':
      return candidate([{ text: 'DEMO: 言葉だけで答えます。' }]);
    case 'broken':
      return candidate([image(Buffer.from('DEMO: no image'))]);
    default:
      return candidate([{ text: 'DEMO' }, image(await draw())]);
  }
}

function refuse(response: ServerResponse, error: Refusal): void {
  sendJson(response, error.code, { error });
}

function sendJson(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(body));
}
