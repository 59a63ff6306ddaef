import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CRASH_POINTS_DIR } from '../../src/crash-points.js';

/** Our processes that keep time for a job. */
export type ClockOwner = 'api' | 'worker' | 'runner' | 'gateway';

const LOOK_MS = 50;
/** Lies where the crash points are: that address every process of a stack has. */
const { [CRASH_POINTS_DIR]: folder } = process.env;
const owners: Readonly<Record<ClockOwner, RegExp>> = {
  api: /\/api\/main\.ts$/, worker: /\/activities\/worker\.ts$/, runner: /\/runner\/main\.\w+$/, gateway: /\/supabase\/main\.ts$/,
};
const owner = (Object.keys(owners) as ClockOwner[]).find((name) => owners[name].test(process.argv[1] ?? ''));
if (folder !== undefined && owner !== undefined) shiftClock(clockFile(folder, owner));

/** The file that says how wrong the clock of such a process is, in milliseconds. */
export function clockFile(folder: string, of: ClockOwner): string {
  return path.join(folder, `${of}.clock`);
}

/** The wall clock of this process goes wrong, by as many milliseconds as the file says now. Time that passes is not touched, as in a real jump. */
function shiftClock(file: string): void {
  const RealDate = Date;
  let shiftMs = 0;
  const look = (): void => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8'));
    } catch {
      shiftMs = 0;
    }
  };
  look();
  setInterval(look, LOOK_MS).unref();
  const now = (): number => RealDate.now() + shiftMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [], newTarget: typeof Date) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver) as unknown),
  });
}
