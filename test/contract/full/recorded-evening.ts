import type { Page, Request } from 'playwright-core';

/** One request of the client: what of it a person of another account would send as well. */
export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly hasToken: boolean;
}

/** What the real client sends while somebody spends an evening with it. */
export class RecordedEvening {
  readonly requests: SentRequest[] = [];
  readonly frames: Record<string, unknown>[] = [];
  /** Answers that were refusals, by address. */
  readonly refused: string[] = [];
  sockets = 0;

  constructor(private readonly baseUrl: string) {}

  watch(page: Page): void {
    page.on('request', (request) => this.take(request));
    page.on('response', (response) => {
      if (response.status() === 429) this.refused.push(response.url());
    });
    page.on('websocket', (socket) => {
      this.sockets += 1;
      socket.on('framesent', ({ payload }) =>
        this.frames.push(JSON.parse(String(payload)) as Record<string, unknown>),
      );
    });
  }

  private take(request: Request): void {
    const url = new URL(request.url());
    if (url.origin !== this.baseUrl) return;
    this.requests.push({
      method: request.method(),
      path: `${url.pathname}${url.search}`,
      hasToken: request.headers()['authorization'] !== undefined,
    });
  }
}
