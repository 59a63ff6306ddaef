/**
 * Sends a signal to one process. Throws when there is none: pid 0 would mean the whole process
 * group, the test itself included.
 */
export function sendSignal(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || pid <= 0) throw new Error(`no process to send ${signal} to`);
  process.kill(pid, signal);
}
