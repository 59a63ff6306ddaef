import type { Page } from 'playwright-core';

export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** Every frame that a page is sent from now on, over whichever of its sockets. */
export function framesOf(page: Page): Frame[] {
  const frames: Frame[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      frames.push(JSON.parse(String(payload)) as Frame);
    }),
  );
  return frames;
}
