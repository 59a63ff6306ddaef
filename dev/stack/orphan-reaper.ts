import { spawn } from 'node:child_process';

/**
 * A shell that outlives the launcher by moments. It reads which processes belong to the launcher
 * and, when its standard input closes because the launcher was killed, ends them in reverse order.
 * After `end` it does nothing: the launcher has stopped them itself.
 */
const SCRIPT = `
trap '' INT TERM HUP
list=''
while read -r verb pid signal; do
  case "$verb" in
    add) list="$pid:$signal $list" ;;
    del)
      rest=''
      for entry in $list; do
        [ "\${entry%%:*}" = "$pid" ] || rest="$rest $entry"
      done
      list="$rest" ;;
    end) exit 0 ;;
  esac
done
for entry in $list; do kill -s "\${entry#*:}" "\${entry%%:*}" 2>/dev/null; done
turn=0
while [ "$turn" -lt 25 ]; do
  alive=''
  for entry in $list; do kill -0 "\${entry%%:*}" 2>/dev/null && alive=1; done
  [ -n "$alive" ] || break
  sleep 0.2
  turn=$((turn + 1))
done
for entry in $list; do kill -s KILL -- "-\${entry%%:*}" 2>/dev/null; done
`;

/**
 * Ends the processes of a launcher that was killed, from a session of its own, out of reach of
 * Ctrl-C and of signals to our group.
 */
export function startOrphanReaper() {
  const child = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  const { stdin } = child;
  // It may be killed without harm to the stack.
  stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  child.unref();
  const tell = (line: string): void => {
    stdin.write(`${line}\n`);
  };
  return {
    /**
     * From now on this process group leader ends with us; `signal` is its polite one, without SIG.
     */
    add: (pid: number, signal: 'TERM' | 'INT') => tell(`add ${pid} ${signal}`),
    remove: (pid: number) => tell(`del ${pid}`),
    /** Everything was stopped in order: there is nothing left to watch. */
    end: () => stdin.end('end\n'),
  };
}
