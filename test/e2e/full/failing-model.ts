import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { startDemoServer } from '../../../dev/demo-model/server.js';

/** The demo model, whose fault (dev/demo-model/faults.ts) may be changed while a stack uses it. */
export interface FailingModel {
  readonly url: string;
  /** Null = it behaves. */
  fault: string | null;
  close(): Promise<void>;
}

export async function startFailingModel(): Promise<FailingModel> {
  const demo = await startDemoServer();
  const pass = createProxyMiddleware({
    target: demo.url,
    pathRewrite: (path) => (model.fault === null ? path : `/fault/${model.fault}${path}`),
  });
  const server = createServer((request, response) => {
    void pass(request, response, () => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const model: FailingModel = {
    url: `http://127.0.0.1:${port}`,
    fault: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await demo.close();
    },
  };
  return model;
}
