import type { GenerateContentResponse, GoogleGenAI, Part } from '@google/genai';
import type { Image } from '../../contracts/media/images.js';
import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import { loadPackage } from '../packages.js';

export interface GeminiAccess {
  readonly apiKey: string | undefined;
  readonly baseUrl: string;
  readonly seenFrom?: string | undefined;
}

export interface ImageRequest {
  readonly model: string;
  readonly prompt: string;
  readonly references?: readonly Image[];
  readonly aspectRatio: string;
  readonly timeoutMs: number;
}

/**
 * Asks the image model once, without retries of its own, and answers the image's bytes. Throws an
 * AppError, or the reason of `signal`.
 */
export async function askForImage(
  access: GeminiAccess,
  request: ImageRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  if (!access.apiKey) throw new AppError('ImageServiceMissing', 'GEMINI_API_KEY is not set');
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
          parts: [{ text: prompt }, ...references.map((image): Part => ({ inlineData: image }))],
        },
      ],
      config: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio },
        abortSignal: AbortSignal.any([signal, late]),
      },
    });
    return imageIn(answer);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted)
      throw new AppError(
        'ModelUnavailable',
        `the image model did not answer within ${timeoutMs} ms`,
      );
    throw toAppError(error);
  }
}

function imageIn({ candidates, promptFeedback }: GenerateContentResponse): Buffer {
  if (promptFeedback?.blockReason)
    throw new AppError('ImageRefused', `the prompt was blocked: ${promptFeedback.blockReason}`);
  const [candidate] = candidates ?? [];
  const data = candidate?.content?.parts?.find((part) => part.inlineData?.data)?.inlineData?.data;
  if (data) return Buffer.from(data, 'base64');
  const reason = candidate?.finishReason ?? 'no candidate';
  throw new AppError(
    /SAFETY|PROHIBITED|BLOCKLIST|RECITATION|SPII/.test(reason) ? 'ImageRefused' : 'ImageNotMade',
    `the answer holds no image: ${reason}`,
  );
}

/**
 * The SDK's errors by their HTTP status; whatever else it throws is a model that could not be
 * reached.
 */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { status, message } = error as { status?: unknown; message?: unknown };
  const text = String(message ?? error).slice(0, 300);
  return new AppError(
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
