import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import { imageType } from '../../domain/assets/image-facts.js';

const POLL_MS = 1_000;
/** Upper bound for a cancel request. */
const CANCEL_LIMIT_MS = 1_000;
const MAX_RESULT_BYTES = 64 * 1024 * 1024;
const MAX_DETAIL_CHARS = 300;
const DEFAULT_RETRY_MS = 5_000;

export interface CutoutServiceAccess {
  readonly token: string | undefined;
  readonly baseUrl: string;
}
export interface CutoutRequest {
  image: string;
  version: string;
  timeoutMs: number;
}

const Prediction = z.looseObject({
  id: z.string().regex(/^[\w-]{1,100}$/),
  status: z.string(),
  error: z.unknown(),
  output: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .catch(null),
});
type Prediction = z.infer<typeof Prediction>;
const Complaint = z.object({
  detail: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
});

/**
 * Has the image cut out by Replicate (rest.md §7.9) and answers the bytes that it made. Throws
 * `CutoutFailed`, or `CutoutUnavailable` where another try may help, with the text that the user
 * reads; or the reason of `signal`.
 */
export async function cutOutByService(
  access: CutoutServiceAccess,
  request: CutoutRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  if (!access.token) throw new AppError('ImageServiceMissing', 'REPLICATE_API_TOKEN is not set');
  const late = AbortSignal.timeout(request.timeoutMs);
  const service = new Service(access, AbortSignal.any([signal, late]));
  try {
    return await service.cutOut(request);
  } catch (error) {
    await service.giveUp();
    signal.throwIfAborted();
    if (late.aborted) throw new AppError('CutoutFailed', 'Background removal timed out');
    throw error;
  }
}

class Service {
  /** The prediction that may still be worked on. */
  private open: string | null = null;
  private readonly predictions: string;
  private readonly headers: Record<string, string>;

  constructor(
    { token, baseUrl }: CutoutServiceAccess,
    private readonly signal: AbortSignal,
  ) {
    this.predictions = `${baseUrl}/v1/predictions`;
    this.headers = { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' };
  }

  async cutOut({ image, version }: CutoutRequest): Promise<Buffer> {
    let prediction = await this.begin(version, image);
    while (prediction.status === 'starting' || prediction.status === 'processing') {
      this.open = prediction.id;
      await sleep(POLL_MS, undefined, { signal: this.signal });
      prediction = (await this.look(prediction.id)) ?? prediction;
    }
    this.open = null;
    return this.fetchResult(addressOf(prediction));
  }

  /** Cancels a request whose caller has gone: it costs money. */
  async giveUp(): Promise<void> {
    if (this.open === null) return;
    await fetch(`${this.predictions}/${this.open}/cancel`, {
      method: 'POST',
      headers: this.headers,
      signal: AbortSignal.timeout(CANCEL_LIMIT_MS),
    }).catch(() => undefined);
  }

  private async begin(version: string, image: string): Promise<Prediction> {
    const body = JSON.stringify({ version, input: { image, preserve_alpha: true } });
    const answer = await this.ask(this.predictions, {
      method: 'POST',
      headers: { ...this.headers, prefer: 'wait' },
      body,
    });
    if (!answer.ok) throw await complaint(answer);
    return readPrediction(answer);
  }

  /** Null = it could not be asked this time. */
  private async look(id: string): Promise<Prediction | null> {
    const answer = await this.ask(`${this.predictions}/${id}`, { headers: this.headers }).catch(
      (error: unknown) => {
        this.signal.throwIfAborted();
        if (error instanceof AppError) return null;
        throw error;
      },
    );
    if (answer === null || answer.status === 429 || answer.status >= 500) return null;
    if (!answer.ok) throw await complaint(answer);
    return readPrediction(answer);
  }

  private async fetchResult(address: string): Promise<Buffer> {
    const failed = new AppError('CutoutFailed', 'Failed to fetch result image');
    const answer = await fetch(address, { signal: this.signal }).catch(() => null);
    const bytes = answer?.ok && answer.body ? await readAll(answer.body).catch(() => null) : null;
    this.signal.throwIfAborted();
    if (bytes === null || imageType(bytes) === null) throw failed;
    return bytes;
  }

  private async ask(address: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(address, { ...init, signal: this.signal });
    } catch {
      this.signal.throwIfAborted();
      throw new AppError('CutoutUnavailable', 'Background removal service error');
    }
  }
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MAX_RESULT_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function readPrediction(answer: Response): Promise<Prediction> {
  const read = Prediction.safeParse(await answer.json().catch(() => null));
  if (!read.success) throw new AppError('CutoutFailed', 'Background removal service error');
  return read.data;
}

/** Where the result lies. Throws what became of the prediction otherwise. */
function addressOf({ status, error, output }: Prediction): string {
  if (status === 'canceled') throw new AppError('CutoutFailed', 'Background removal was canceled');
  if (status !== 'succeeded')
    throw new AppError(
      'CutoutFailed',
      typeof error === 'string' && error ? shorten(error) : 'Background removal failed',
    );
  const address = typeof output === 'string' ? output : output?.[0];
  if (!address) throw new AppError('CutoutFailed', 'No output from background removal');
  return address;
}

/** The service's own words where it has any. */
async function complaint(answer: Response): Promise<AppError> {
  const { detail, error } = Complaint.safeParse(await answer.json().catch(() => null)).data ?? {};
  const text = shorten(detail || error || 'Background removal service error');
  if (answer.status !== 429 && answer.status < 500) return new AppError('CutoutFailed', text);
  const seconds = Number(answer.headers.get('retry-after'));
  return new AppError('CutoutUnavailable', text, {
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : DEFAULT_RETRY_MS,
  });
}

function shorten(text: string): string {
  return text.length > MAX_DETAIL_CHARS ? `${text.slice(0, MAX_DETAIL_CHARS)}…` : text;
}
