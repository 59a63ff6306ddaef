import type { GenerateContentResponse, GoogleGenAI, Part } from '@google/genai';
import type { Picture } from '../../contracts/images.js';
import { DreamError, type ErrorKind } from '../../contracts/errors.js';
import { loadPackage } from '../packages.js';

export interface GeminiAccess {
  readonly apiKey: string | undefined;
  readonly baseUrl: string;
  readonly seenFrom?: string | undefined;
}

export interface ImageRequest {
  readonly model: string;
  readonly prompt: string;
  readonly references?: readonly Picture[];
  readonly aspectRatio: string;
  readonly timeoutMs: number;
}

/** Asks the image model once, without retries of its own, and answers the picture's bytes. Throws a DreamError, or the reason of `signal`. */
export async function askForImage(
  access: GeminiAccess,
  request: ImageRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  if (!access.apiKey) throw new DreamError('ImageServiceMissing', 'GEMINI_API_KEY is not set');
  const { GoogleGenAI: Client } = loadPackage<{ GoogleGenAI: typeof GoogleGenAI }>(
    '@google/genai',
    access.seenFrom,
  );
  const client = new Client({ apiKey: access.apiKey, httpOptions: { baseUrl: access.baseUrl } });
  const { model, prompt, references = [], aspectRatio, timeoutMs } = request;
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await client.models.generateContent({
      model,
      contents: [
        {
          role: 'user',
          parts: [
            { text: prompt },
            ...references.map((picture): Part => ({ inlineData: picture })),
          ],
        },
      ],
      config: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio },
        abortSignal: AbortSignal.any([signal, late]),
      },
    });
    return pictureIn(answer);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted)
      throw new DreamError(
        'ModelUnavailable',
        `the image model did not answer within ${timeoutMs} ms`,
      );
    throw toDreamError(error);
  }
}

function pictureIn({ candidates, promptFeedback }: GenerateContentResponse): Buffer {
  if (promptFeedback?.blockReason)
    throw new DreamError('ImageRefused', `the prompt was blocked: ${promptFeedback.blockReason}`);
  const [candidate] = candidates ?? [];
  const data = candidate?.content?.parts?.find((part) => part.inlineData?.data)?.inlineData?.data;
  if (data) return Buffer.from(data, 'base64');
  const reason = candidate?.finishReason ?? 'no candidate';
  throw new DreamError(
    /SAFETY|PROHIBITED|BLOCKLIST|RECITATION|SPII/.test(reason) ? 'ImageRefused' : 'ImageNotMade',
    `the answer holds no picture: ${reason}`,
  );
}

/** The SDK's errors by their HTTP status; whatever else it throws is a model that could not be reached. */
function toDreamError(error: unknown): DreamError {
  if (error instanceof DreamError) return error;
  const { status, message } = error as { status?: unknown; message?: unknown };
  const text = String(message ?? error).slice(0, 300);
  return new DreamError(
    typeof status === 'number' ? kindOfStatus(status, text) : 'ModelUnavailable',
    `the image model: ${text}`,
  );
}

function kindOfStatus(status: number, text: string): ErrorKind {
  if (status === 401 || status === 403 || (status === 400 && text.includes('API key')))
    return 'ModelKeyInvalid';
  if (status === 429) return 'ModelRateLimited';
  if (status === 503) return 'ModelOverloaded';
  return status >= 500 ? 'ModelUnavailable' : 'ModelBadRequest';
}
