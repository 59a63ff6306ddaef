/** What the launcher asks a process that takes long to start, and the answer. */
export const LIVENESS = { question: 'alive?', answer: 'alive' } as const;

/**
 * Answers the launcher's question whether this process is alive. Without a launcher it does
 * nothing; it never keeps a process from ending.
 */
export function answerLauncher(): void {
  if (!process.send) return;
  process.on('message', (message) => {
    if (message === LIVENESS.question) process.send?.(LIVENESS.answer);
  });
  process.channel?.unref();
}
