import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Loaded before our processes (`NODE_OPTIONS=--import=…`): the wall clock of each goes wrong by as
 * many milliseconds as the file `<its name>.clock` beside the crash points says now. Time that
 * passes is not touched, as in a real jump. JavaScript, because threads load it before anything
 * that could translate.
 */
const OWNERS = {
  api: /\/api(\/main\.ts|\.js)$/,
  worker: /\/worker\.[jt]s$/,
  runner: /\/runner(\/main\.ts|\.mjs)$/,
  gateway: /\/(supabase\/main\.ts|gateway\.js)$/,
};
const LOOK_MS = 50;

const folder = process.env['CRASH_POINTS_DIR'];
const owner = Object.keys(OWNERS).find((name) => OWNERS[name].test(process.argv[1] ?? ''));
if (folder !== undefined && owner !== undefined) shiftClock(path.join(folder, `${owner}.clock`));

function shiftClock(file) {
  const RealDate = Date;
  let shiftMs = 0;
  const look = () => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8'));
    } catch {
      shiftMs = 0;
    }
  };
  look();
  setInterval(look, LOOK_MS).unref();
  const now = () => RealDate.now() + shiftMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
}
