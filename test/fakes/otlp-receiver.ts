import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it came over the wire. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service: string;
  readonly isFailed: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface Attribute {
  readonly key: string;
  readonly value: { stringValue?: string; intValue?: number };
}
type WireSpan = Omit<ReceivedSpan, 'service' | 'isFailed' | 'attributes'> & {
  readonly attributes: Attribute[];
  readonly status: { code: number };
};
interface Post {
  readonly resourceSpans: {
    readonly resource: { attributes: Attribute[] };
    readonly scopeSpans: { spans: WireSpan[] }[];
  }[];
}

/** A collector that takes OTLP/HTTP in JSON, or one that takes connections and never answers. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** All that came, for whoever looks for words that must not be there. */
  text = '';
  private wake: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start({ answers = true } = {}): Promise<OtlpReceiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        receiver.take(body);
        if (answers) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    const receiver = new OtlpReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when a span came that is so; the time limit is the test's own. */
  async until(isSo: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    for (;;) {
      const found = this.spans.find(isSo);
      if (found) return found;
      await new Promise<void>((resolve) => this.wake.push(resolve));
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private take(body: string): void {
    this.text += body;
    const { resourceSpans } = JSON.parse(body) as Post;
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({
          ...span,
          service,
          isFailed: span.status.code === 2,
          attributes: valuesOf(span.attributes),
        });
    }
    for (const wake of this.wake.splice(0)) wake();
  }
}

function valuesOf(attributes: readonly Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']),
  );
}
