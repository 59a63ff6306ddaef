import type { Config } from '../../src/config.js';
import { absent, missing, ok, type Finding } from '../../src/checks/finding.js';
import { readStackFile, type StackFile } from '../../src/ops/stack-file.js';
import { acceptsTcp, answersHttp } from '../stack/health.js';
import { livePids, readLivePid } from '../stack/pids.js';
import type { Part, Plan } from '../stack/plan.js';
import { holderOf, isPortFree } from '../stack/ports.js';
import { isTemporalReady } from '../stack/temporal-server.js';
import { findTemporalCli } from '../tools/temporal-cli.js';

type Place = Pick<Config, 'DATA_DIR' | 'PORT' | 'HOST'>;

/**
 * The port of the product: free, or in use by our own stack. The embedded parts take whatever port
 * is free.
 */
export async function checkPort({ DATA_DIR, PORT, HOST }: Place): Promise<Finding> {
  const what = `port ${PORT}`;
  if ((await readLivePid(DATA_DIR, 'api')) !== null) return ok(what, 'in use by the running stack');
  if (await isPortFree(PORT, HOST)) return ok(what, 'free');
  const holder = (await holderOf(PORT)) ?? 'another program';
  return missing(what, `in use by ${holder}`, `stop it, or choose another port: PORT=${PORT + 1}`);
}

/**
 * The parts of the stack that runs from DATA_DIR and whether each of them answers. One line when
 * nothing runs.
 */
export async function checkStack({ DATA_DIR }: Place, plan: Plan): Promise<Finding[]> {
  const stack = await readStackFile(DATA_DIR);
  const pids = await livePids(DATA_DIR);
  if (!stack || pids.every(([, pid]) => pid === null))
    return [absent('stack', `nothing runs from ${DATA_DIR}`, 'npm start')];
  const isExpected = (part: Part): boolean =>
    plan.parts.includes(part) ||
    (part === 'modal' && stack.provided.MODAL_SERVER_URL !== undefined);
  return Promise.all(
    pids.filter(([part]) => isExpected(part)).map(([part, pid]) => checkPart(part, pid, stack)),
  );
}

/** A part that should run and does not, or does not answer, counts as missing. */
async function checkPart(part: Part, pid: number | null, stack: StackFile): Promise<Finding> {
  const name = part === 'postgres' ? 'supabase' : part;
  if (pid === null) return missing(part, 'does not run', `npm start -- --only=${name}`);
  if (await answers(part, stack)) return ok(part, `pid ${pid}, answers`);
  return missing(
    part,
    `pid ${pid}, does not answer`,
    `see the end of its log below DATA_DIR, then end pid ${pid}: it is started again`,
  );
}

async function answers(part: Part, { ports, baseUrl }: StackFile): Promise<boolean> {
  switch (part) {
    case 'api':
      return answersHttp(`${baseUrl}/api/health`);
    case 'supabase':
      return answersHttp(`http://127.0.0.1:${ports.supabase}/health`);
    case 'demo':
      return answersHttp(`http://127.0.0.1:${ports.demo}/health`);
    case 'temporal': {
      const program = await findTemporalCli().catch(() => null);
      return program === null
        ? !(await isPortFree(ports.temporal))
        : isTemporalReady(program, `127.0.0.1:${ports.temporal}`);
    }
    case 'modal':
      return acceptsTcp(ports.modal);
    case 'postgres':
      return !(await isPortFree(ports.postgres));
    // It serves no port: that it lives is all that can be seen from outside.
    case 'worker':
      return true;
  }
}
