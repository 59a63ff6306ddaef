import { expect } from 'vitest';
import { runsOf } from './processes.js';
import type { Stack } from './stack.js';

/**
 * Stops the sandbox of the run, so that its job cannot end and keeps the slot until the answered
 * function is called, however slow this machine is.
 */
export async function holdRun({ dataDir }: Pick<Stack, 'dataDir'>): Promise<() => void> {
  const held = await runsOf(dataDir, 'model');
  expect(held.length).toBeGreaterThan(0);
  const tell = (signal: 'SIGSTOP' | 'SIGCONT') => {
    for (const { pid } of held) process.kill(pid, signal);
  };
  tell('SIGSTOP');
  return () => tell('SIGCONT');
}
