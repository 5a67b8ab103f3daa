import { expect, test } from 'vitest';
import { CAP_FULL_SET } from '../../../src/abi/capabilities.js';
import { UserNamespace } from '../../../src/kernel/userns.js';
import { afterCredentialCall } from '../../../src/programs/strace/capability_calls.js';
import {
  afterExec,
  inUserns,
  type LogCredentials,
  startCredentials,
} from '../../../src/programs/strace/credentials.js';
import { readLog } from '../../../src/programs/strace/read_log.js';
import { capabilityNames } from '../../../src/scenario/scenario_yaml.js';

const INIT = new UserNamespace('init', null, 0);
const root = startCredentials(INIT, 0, CAP_FULL_SET, true);
const CAP_BPF = 1n << 39n;

/** The credentials after calls that succeed, as strace prints them; `execve` is one of them. */
function after(cred: LogCredentials, ...lines: readonly string[]): LogCredentials {
  let current = cred;
  for (const line of lines) {
    const [event] = readLog({ file: 'log', text: `${line} = 0` }).events;
    if (event?.kind !== 'call') throw new Error(`${line} is no call`);
    current = event.name === 'execve' ? afterExec(current) : afterCredentialCall(current, event);
  }
  return current;
}
const names = ({ effective }: LogCredentials) => capabilityNames(effective);
const EXEC = 'execve("/bin/x", ["x"], 0x7ffc /* 3 vars */)';
const CAPSET =
  'capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=1<<CAP_BPF, permitted=1<<CAP_BPF|1<<CAP_PERFMON, inheritable=1<<CAP_BPF})';

test('capset() says the capabilities; execve() of root has them all again, as far as the bounding set goes', () => {
  expect(names(after(root, CAPSET))).toEqual(['CAP_BPF']);
  expect(after(root, CAPSET, EXEC).effective).toBe(CAP_FULL_SET);
  expect(after(root, CAPSET, 'prctl(PR_CAPBSET_DROP, CAP_NET_ADMIN)', EXEC).effective).toBe(
    CAP_FULL_SET & ~(1n << 12n),
  );
});

test('a uid that is not root takes effective capabilities; permitted ones stay where they are kept', () => {
  expect(after(root, 'setresuid(1000, 1000, 1000)')).toMatchObject({ euid: 1000, effective: 0n, permitted: 0n });
  const kept = after(root, 'prctl(PR_SET_KEEPCAPS, 1)', 'setuid(1000)');
  expect(kept).toMatchObject({ effective: 0n, permitted: CAP_FULL_SET });
  expect(names(after(kept, CAPSET))).toEqual(['CAP_BPF']);
  expect(after(kept, CAPSET, EXEC).effective).toBe(0n);
  expect(after(kept, CAPSET, 'prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF, 0, 0)', EXEC).effective).toBe(
    CAP_BPF,
  );
  expect(after(root, 'setreuid(-1, 1000)', 'setreuid(-1, -1)').euid).toBe(1000);
});

test('a user namespace that is made or entered gives every capability in it', () => {
  const child = new UserNamespace('child', INIT, 1000);
  expect(inUserns(after(root, 'setuid(1000)'), child)).toMatchObject({
    userns: child,
    effective: CAP_FULL_SET,
    isShown: true,
  });
});
