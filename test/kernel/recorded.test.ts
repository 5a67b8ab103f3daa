import { describe, expect, test } from 'vitest';
import { CAP_BPF, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import { ERRNO } from '../../src/abi/errno.js';
import { Outcome } from '../../src/abi/verdict.js';
import { showSuperOptions } from '../../src/kernel/bpffs.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { kstrtou64 } from '../../src/kernel/mount_options.js';
import { profileNamed } from '../../src/kernel/profile.js';
import type { Task } from '../../src/kernel/task.js';
import { Trace } from '../../src/kernel/trace.js';
import { UserNamespace } from '../../src/kernel/userns.js';

// What recordings of real kernels showed, and the sources alone had not.

const kernel = new Kernel({ profile: profileNamed('linux-7.3'), unprivilegedBpfDisabled: 0 });
const MAP_CREATE = 0;
const ZERO_SEED = 1 << 6;

function withCap(cap: number): Task {
  return kernel.task('task', { userns: kernel.initUserns, euid: 0, egid: 0, effective: 1n << BigInt(cap) });
}

/** A context that root opened. */
function context(): { root: Task; fd: number } {
  const root = kernel.root();
  return { root, fd: kernel.fsopen(root) };
}

describe('numbers in options (linux-7.3: mount_options-1643, mount_options-1915)', () => {
  test('digits that are too many are ERANGE, whatever comes after them', () => {
    expect(kstrtou64('18446744073709551616|trace_iter')).toBe(-ERRNO.ERANGE);
    expect(kstrtou64('02000000000000000000000  any')).toBe(-ERRNO.ERANGE);
    expect(kstrtou64('0x10000000000000000g')).toBe(-ERRNO.ERANGE);
  });

  test('all else that is no number is EINVAL', () => {
    for (const text of ['', '+', '0x', '0xg', '08', '18446744073709551615 ', '1\n\n', ' 1', '-1', '++1']) {
      expect(kstrtou64(text)).toBe(-ERRNO.EINVAL);
    }
  });

  test('numbers are', () => {
    expect(['0', '00', '+5', '1\n', '0x1F', '0777', '18446744073709551615'].map(kstrtou64)).toEqual([
      0n,
      0n,
      5n,
      1n,
      31n,
      511n,
      0xffff_ffff_ffff_ffffn,
    ]);
  });

  test('a mode may have a sign and a newline too', () => {
    const { root, fd } = context();
    expect(kernel.fsconfigSetString(root, fd, 'mode', '+755\n')).toBe(0);
    for (const mode of ['0o7', '0x1ff', ' 755', '8', '', '40000000000']) {
      expect(kernel.fsconfigSetString(root, fd, 'mode', mode)).toBe(-ERRNO.EINVAL);
    }
  });
});

describe('a hash without a random seed', () => {
  const ask = (task: Task, map_type: number, trace?: Trace): number =>
    kernel.bpf(task, MAP_CREATE, { map_type, map_flags: ZERO_SEED, map_token_fd: 99 }, trace);

  test('asks CAP_SYS_ADMIN of the initial namespace, which nothing stands in for', () => {
    const trace = new Trace();
    expect(ask(withCap(CAP_BPF), 1, trace)).toBe(-ERRNO.EPERM);
    expect(trace).toMatchObject({ outcome: Outcome.CAP_SYS_ADMIN_MISSING, capability: CAP_SYS_ADMIN });
    expect(ask(withCap(CAP_SYS_ADMIN), 1)).toBeGreaterThan(2);
  });

  test('is asked before any token is looked at', () => {
    const attr = { map_type: 9, map_flags: ZERO_SEED | (1 << 16), map_token_fd: 99 };
    expect(kernel.bpf(withCap(CAP_BPF), MAP_CREATE, attr)).toBe(-ERRNO.EPERM);
    expect(kernel.bpf(withCap(CAP_SYS_ADMIN), MAP_CREATE, attr)).toBe(-ERRNO.EBADF);
  });

  test('concerns hash tables alone', () => {
    const BLOOM_FILTER = 30;
    expect(ask(withCap(CAP_BPF), BLOOM_FILTER)).toBeGreaterThan(2);
  });
});

describe('flags, the source, mount(2)', () => {
  const shownOf = (task: Task, fd: number): string | undefined => {
    const file = task.files.pathOf(fd);
    return file?.kind === 'bpffs' ? showSuperOptions(kernel.profile, file.sb) : undefined;
  };

  test('flags of any file system are none of bpffs, whatever their value', () => {
    const { root, fd } = context();
    expect(kernel.fsconfigSetFlag(root, fd, 'ro')).toBe(0);
    expect(kernel.fsconfigSetString(root, fd, 'sync', 'no')).toBe(0);
    expect(kernel.fsconfigSetFlag(root, fd, 'nosuch')).toBe(0);
    expect(kernel.fsconfigSetFlag(root, fd, 'mode')).toBe(-ERRNO.EINVAL);
    expect(kernel.fsconfigCreate(root, fd)).toBe(0);
    expect(kernel.fsconfigSetFlag(root, fd, 'rw')).toBe(-ERRNO.EBUSY);
    expect(shownOf(root, kernel.fsmount(root, fd))).toBe('ro,sync');
  });

  test('a source is set once', () => {
    const { root, fd } = context();
    expect(kernel.fsconfigSetString(root, fd, 'source', '')).toBe(0);
    expect(kernel.fsconfigSetString(root, fd, 'source', 'x')).toBe(-ERRNO.EINVAL);
    expect(kernel.mount(root, 'bpffs', 'source=x')).toBe(-ERRNO.EINVAL);
  });

  test('mount(2) reads all options before it asks who mounts', () => {
    const box = new UserNamespace('box', kernel.initUserns, 1000);
    const boxRoot = kernel.task('box root', { userns: box, euid: 0, egid: 0, effective: ~0n & ((1n << 41n) - 1n) });
    expect(kernel.mount(boxRoot, 'bpffs', 'delegate_cmds=any')).toBe(-ERRNO.EPERM);
    expect(kernel.mount(boxRoot, 'bpffs', 'delegate_cmds=0,mode=9')).toBe(-ERRNO.EINVAL);
    expect(kernel.mount(boxRoot, 'bpffs', '')).toBe(-ERRNO.EPERM);
    expect(kernel.mount(withCap(CAP_BPF), 'bpffs', 'mode=9')).toBe(-ERRNO.EPERM);
    const root = kernel.root();
    const fd = kernel.mount(root, 'bpffs', 'mode=700,,=,delegate_maps=hash:array,unknown');
    expect(shownOf(root, fd)).toBe('rw,mode=700,delegate_maps=hash:array');
  });
});
