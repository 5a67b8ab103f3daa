import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_BPF, CAP_FULL_SET, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import { ERRNO } from '../../src/abi/errno.js';
import { Outcome } from '../../src/abi/verdict.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { parseDelegateMask, showOptions } from '../../src/kernel/mount_options.js';
import { findProfile, profileNamed } from '../../src/kernel/profile.js';
import type { Task } from '../../src/kernel/task.js';
import { bpfTokenShowFdinfo } from '../../src/kernel/token_checks.js';
import { Trace } from '../../src/kernel/trace.js';
import { createUserNs, UserNamespace } from '../../src/kernel/userns.js';

const TOKEN_CREATE = 36;
const BTF_LOAD = 18;
const bit = (n: number) => 1n << BigInt(n);

/** A kernel with a container: a userns, its root with every capability there, and root of the machine. */
function boot(profile = 'linux-6.12') {
  const kernel = new Kernel({ profile: profileNamed(profile) });
  const box = createUserNs('box', kernel.initUserns, 1000) as UserNamespace;
  const root = kernel.root();
  const boxRoot = kernel.task('box-root', { userns: box, euid: 1000, egid: 1000, effective: CAP_FULL_SET });
  return { kernel, box, root, boxRoot };
}

/** Mounts a bpffs as container managers do: opened inside, configured from outside. Returns a usable root descriptor. */
function mountFor(kernel: Kernel, opener: Task, setter: Task, options: Record<string, string>): number {
  const fd = kernel.fsopen(opener);
  const sent = opener.files.sendTo(setter.files, fd);
  for (const [key, value] of Object.entries(options)) {
    expect(kernel.fsconfigSetString(setter, sent, key, value)).toBe(0);
  }
  expect(kernel.fsconfigCreate(setter, sent)).toBe(0);
  const mount = kernel.fsmount(opener, fd);
  expect(mount).toBeGreaterThan(2);
  return kernel.openat(opener, mount, '.');
}

describe('user namespaces', () => {
  test('nest to level 33 and then ENOSPC (create_user_ns)', () => {
    let ns = new UserNamespace('init', null, 0);
    for (let level = 1; level <= 33; level++) {
      const child = createUserNs(`ns${level}`, ns, 0);
      expect(child).toBeInstanceOf(UserNamespace);
      ns = child as UserNamespace;
      expect(ns.level).toBe(level);
    }
    expect(createUserNs('deeper', ns, 0)).toBe(-ERRNO.ENOSPC);
  });

  test('an owner with no place in the parent is EPERM', () => {
    const init = new UserNamespace('init', null, 0);
    const box = new UserNamespace('box', init, 0, [{ inside: 0, global: 100_000, count: 10 }]);
    expect(createUserNs('inner', box, 5)).toBe(-ERRNO.EPERM);
    expect(createUserNs('inner', box, 100_005)).toBeInstanceOf(UserNamespace);
  });
});

describe('mounting', () => {
  test('a non-zero mask needs CAP_SYS_ADMIN in the initial userns, for every opener of the context', () => {
    const { kernel, root, boxRoot } = boot();
    const fd = kernel.fsopen(boxRoot);
    expect(kernel.fsconfigSetString(boxRoot, fd, 'delegate_cmds', 'any')).toBe(-ERRNO.EPERM);
    expect(kernel.fsconfigSetString(boxRoot, fd, 'delegate_cmds', '0')).toBe(0);
    expect(kernel.fsconfigSetString(boxRoot, fd, 'delegate_cmds', 'nonsense')).toBe(-ERRNO.EINVAL);
    const sent = boxRoot.files.sendTo(root.files, fd);
    expect(kernel.fsconfigSetString(root, sent, 'delegate_cmds', 'any')).toBe(0);
  });

  test('an instance of another userns is made only with CAP_SYS_ADMIN in the initial one, and a refusal spoils the context', () => {
    const { kernel, root, boxRoot } = boot();
    const fd = kernel.fsopen(boxRoot);
    expect(kernel.fsconfigCreate(boxRoot, fd)).toBe(-ERRNO.EPERM);
    const sent = boxRoot.files.sendTo(root.files, fd);
    expect(kernel.fsconfigCreate(root, sent)).toBe(-ERRNO.EBUSY);
  });

  test('options after the instance is made are EBUSY, and after the mount change nothing', () => {
    const { kernel, root, boxRoot } = boot();
    const fd = kernel.fsopen(boxRoot);
    const sent = boxRoot.files.sendTo(root.files, fd);
    expect(kernel.fsmount(boxRoot, fd)).toBe(-ERRNO.EINVAL);
    expect(kernel.fsconfigCreate(root, sent)).toBe(0);
    expect(kernel.fsconfigSetString(root, sent, 'delegate_cmds', 'any')).toBe(-ERRNO.EBUSY);
    const dir = kernel.openat(boxRoot, kernel.fsmount(boxRoot, fd), '.');
    expect(kernel.fsmount(boxRoot, fd)).toBe(-ERRNO.EBUSY);
    expect(kernel.fsconfigSetString(boxRoot, fd, 'delegate_cmds', 'any')).toBe(-ERRNO.EPERM);
    expect(kernel.fsconfigSetString(root, sent, 'delegate_cmds', 'any')).toBe(0);
    expect(kernel.fsconfigReconfigure(root, sent)).toBe(0);
    expect(kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir })).toBe(-ERRNO.ENOENT);
  });

  test('opening a context needs CAP_SYS_ADMIN over the mount namespace', () => {
    const { kernel, box } = boot();
    const poor = kernel.task('poor', { userns: box, euid: 1, egid: 1, effective: bit(CAP_BPF) });
    const inHostMountNs = kernel.task(
      'x',
      { userns: box, euid: 1, egid: 1, effective: CAP_FULL_SET },
      kernel.initUserns,
    );
    expect(kernel.fsopen(poor)).toBe(-ERRNO.EPERM);
    expect(kernel.fsopen(inHostMountNs)).toBe(-ERRNO.EPERM);
  });

  test('the option grammar', () => {
    const kernel = profileNamed('linux-6.12');
    const parse = (text: string) => parseDelegateMask(kernel, 'cmds', text);
    expect(parse('map_create:PROG_LOAD')).toBe(0x21n);
    expect(parse('any')).toBe(MASK_ANY);
    expect(parse('Any')).toBe(-ERRNO.EINVAL);
    expect(parse('0x1:prog_load')).toBe(0x21n);
    // A number overwrites what the list had before it.
    expect(parse('prog_load:0x1')).toBe(0x1n);
    expect(parse('any:0x1')).toBe(0x1n);
    expect(parse('010')).toBe(8n);
    expect(parse('08')).toBe(-ERRNO.EINVAL);
    expect(parse('+7')).toBe(7n);
    expect(parse('-1')).toBe(-ERRNO.EINVAL);
    expect(parse('0xffffffffffffffff')).toBe(MASK_ANY);
    expect(parse('0x10000000000000000')).toBe(-ERRNO.ERANGE);
    expect(parse('map_create:')).toBe(-ERRNO.EINVAL);
    expect(parse('')).toBe(-ERRNO.EINVAL);
    expect(parseDelegateMask(kernel, 'maps', 'cgroup_storage_deprecated')).toBe(bit(19));
    expect(parseDelegateMask(profileNamed('v12'), 'cmds', 'map_create')).toBe(-ERRNO.EINVAL);
    expect(parseDelegateMask(profileNamed('v12'), 'cmds', '0x21')).toBe(0x21n);
  });

  test('options are shown as mountinfo shows them', () => {
    const options = (cmds: bigint, maps = 0n) => ({
      uid: 0,
      gid: 0,
      mode: 0o1777,
      delegate: { cmds, maps, progs: 0n, attachs: 0n },
    });
    const kernel = profileNamed('linux-6.12');
    expect(showOptions(kernel, options(0x21n))).toBe('delegate_cmds=map_create:prog_load');
    expect(showOptions(kernel, options(MASK_ANY))).toBe('delegate_cmds=any');
    expect(showOptions(kernel, options((1n << 37n) - 1n))).toBe('delegate_cmds=any');
    // Bits past the last command are not shown; the first name of a value is.
    expect(showOptions(kernel, options(bit(60)))).toBe('');
    expect(showOptions(kernel, options(0n, bit(19)))).toBe('delegate_maps=cgroup_storage_deprecated');
    expect(showOptions(kernel, { ...options(0n), uid: 5, gid: 6, mode: 0o1750 })).toBe('uid=5,gid=6,mode=750');
    expect(showOptions(profileNamed('v12'), options(0x21n, MASK_ANY))).toBe('delegate_cmds=0x21,delegate_maps=any');
  });

  test('uid must be mapped where it is read and where the instance lives', () => {
    const { kernel, root } = boot();
    const map = [{ inside: 0, global: 100_000, count: 65_536 }];
    const box = createUserNs('mapped', kernel.initUserns, 0, map, map) as UserNamespace;
    const inside = kernel.task('inside', { userns: box, euid: 100_000, egid: 100_000, effective: CAP_FULL_SET });
    const fd = kernel.fsopen(inside);
    const sent = inside.files.sendTo(root.files, fd);
    expect(kernel.fsconfigSetString(root, sent, 'uid', '0')).toBe(-ERRNO.EINVAL);
    expect(kernel.fsconfigSetString(root, sent, 'uid', '100000')).toBe(0);
    expect(kernel.fsconfigSetString(inside, fd, 'uid', '0')).toBe(0);
    expect(kernel.fsconfigSetString(inside, fd, 'uid', '70000')).toBe(-ERRNO.EINVAL);
  });
});

describe('BPF_TOKEN_CREATE, in the kernel order', () => {
  test('from the descriptor to the LSM', () => {
    const { kernel, box, root, boxRoot } = boot();
    const outcomeOf = (task: Task, attr: Parameters<Kernel['bpf']>[2]): [number, string] => {
      const trace = new Trace();
      const answer = kernel.bpf(task, TOKEN_CREATE, attr, trace);
      return [answer, Outcome[trace.outcome]];
    };
    expect(outcomeOf(boxRoot, { bpffs_fd: 99 })).toEqual([-ERRNO.EBADF, 'FD_EBADF']);
    expect(outcomeOf(boxRoot, { bpffs_fd: 0 })).toEqual([-ERRNO.EINVAL, 'NOT_BPFFS_ROOT']);
    expect(outcomeOf(boxRoot, { bpffs_fd: 99, token_create_flags: 1 })).toEqual([-ERRNO.EINVAL, 'ATTR_EINVAL']);

    const empty = mountFor(kernel, boxRoot, root, {});
    const dir = mountFor(kernel, boxRoot, root, { delegate_cmds: 'any' });
    const subdir = kernel.openat(boxRoot, dir, 'sub');
    expect(outcomeOf(boxRoot, { bpffs_fd: subdir })).toEqual([-ERRNO.EINVAL, 'NOT_BPFFS_ROOT']);
    expect(outcomeOf(boxRoot, { bpffs_fd: empty })).toEqual([-ERRNO.ENOENT, 'CREATE_NO_DELEGATION']);

    // Root of the machine is not in the userns of the bpffs.
    const sent = boxRoot.files.sendTo(root.files, dir);
    expect(outcomeOf(root, { bpffs_fd: sent })).toEqual([-ERRNO.EPERM, 'CREATE_USERNS_MISMATCH']);

    // CAP_SYS_ADMIN does not stand in for CAP_BPF.
    const admin = kernel.task('admin', { userns: box, euid: 1, egid: 1, effective: bit(CAP_SYS_ADMIN) });
    const adminFd = boxRoot.files.sendTo(admin.files, dir);
    expect(outcomeOf(admin, { bpffs_fd: adminFd })).toEqual([-ERRNO.EPERM, 'CAP_BPF_MISSING']);

    const own = mountFor(kernel, root, root, { delegate_cmds: 'any' });
    expect(outcomeOf(root, { bpffs_fd: own })).toEqual([-ERRNO.EOPNOTSUPP, 'CREATE_IN_INIT_USERNS']);

    const [fd] = outcomeOf(boxRoot, { bpffs_fd: dir });
    expect(fd).toBeGreaterThan(2);
  });

  test('an fsmount descriptor is O_PATH: EBADF until it is opened', () => {
    const { kernel, root, boxRoot } = boot();
    const context = kernel.fsopen(boxRoot);
    const sent = boxRoot.files.sendTo(root.files, context);
    kernel.fsconfigSetString(root, sent, 'delegate_cmds', 'any');
    kernel.fsconfigCreate(root, sent);
    const mount = kernel.fsmount(boxRoot, context);
    expect(kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: mount })).toBe(-ERRNO.EBADF);
    const dir = kernel.openat(boxRoot, mount, '.');
    expect(kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir })).toBeGreaterThan(2);
  });

  test("the LSM's errno is returned as it is", () => {
    const kernel = new Kernel({
      profile: profileNamed('linux-6.12'),
      lsm: { bpf_token_create: () => -ERRNO.EACCES },
    });
    const box = createUserNs('box', kernel.initUserns, 0) as UserNamespace;
    const root = kernel.root();
    const boxRoot = kernel.task('box-root', { userns: box, euid: 0, egid: 0, effective: CAP_FULL_SET });
    const dir = mountFor(kernel, boxRoot, root, { delegate_cmds: 'any' });
    expect(kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir })).toBe(-ERRNO.EACCES);
  });

  test('v12 makes tokens in the initial userns and without delegation', () => {
    const { kernel, root, boxRoot } = boot('v12');
    const own = mountFor(kernel, root, root, {});
    expect(kernel.bpf(root, TOKEN_CREATE, { bpffs_fd: own })).toBeGreaterThan(2);
    const empty = mountFor(kernel, boxRoot, root, {});
    expect(kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: empty })).toBeGreaterThan(2);
  });

  test('a token never has a bit its bpffs does not delegate, and keeps what it was made with', () => {
    const { kernel, root, boxRoot } = boot();
    const options = {
      delegate_cmds: 'map_create',
      delegate_maps: '0x3',
      delegate_progs: 'xdp',
      delegate_attachs: 'any',
    };
    const dir = mountFor(kernel, boxRoot, root, options);
    const fd = kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir });
    const file = boxRoot.files.fdget(fd);
    if (file?.kind !== 'token') throw new Error('no token');
    expect(file.token.allowed).toEqual({ cmds: 1n, maps: 3n, progs: 64n, attachs: MASK_ANY });
    expect(bpfTokenShowFdinfo(kernel.profile, file.token)).toBe(
      'allowed_cmds:\t0x1\nallowed_maps:\t0x3\nallowed_progs:\t0x40\nallowed_attachs:\tany\n',
    );
    const body = boxRoot.files.fdget(dir);
    if (body?.kind !== 'bpffs') throw new Error('no bpffs');
    body.sb.options.delegate.cmds = MASK_ANY;
    expect(file.token.allowed.cmds).toBe(1n);
  });
});

describe('descriptors', () => {
  test('a token lives until its last descriptor and program are gone', () => {
    const { kernel, root, boxRoot } = boot();
    const all = { delegate_cmds: 'any', delegate_maps: 'any', delegate_progs: 'any', delegate_attachs: 'any' };
    const dir = mountFor(kernel, boxRoot, root, all);
    const fd = kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir });
    const file = boxRoot.files.fdget(fd);
    if (file?.kind !== 'token') throw new Error('no token');
    const load = { prog_type: 6, insn_cnt: 2, prog_flags: 1 << 16, prog_token_fd: fd };
    const prog = kernel.bpf(boxRoot, 5, load);
    expect(prog).toBeGreaterThan(2);
    const second = boxRoot.files.dup(fd);
    const passed = boxRoot.files.sendTo(root.files, fd);
    for (const [task, number] of [
      [boxRoot, fd],
      [boxRoot, second],
      [root, passed],
    ] as const) {
      expect(file.token.isFreed).toBe(false);
      expect(task.files.close(number)).toBe(0);
    }
    expect(file.token.isFreed).toBe(false);
    expect(boxRoot.files.close(prog)).toBe(0);
    expect(file.token.isFreed).toBe(true);
    expect(boxRoot.files.close(fd)).toBe(-ERRNO.EBADF);
    expect(boxRoot.files.dup(fd)).toBe(-ERRNO.EBADF);
  });

  test('a program that dropped its token does not hold it', () => {
    const { kernel, root, boxRoot } = boot();
    const dir = mountFor(kernel, boxRoot, root, { delegate_cmds: 'prog_load' });
    const fd = kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir });
    const sent = boxRoot.files.sendTo(root.files, fd);
    boxRoot.files.close(fd);
    const file = root.files.fdget(sent);
    if (file?.kind !== 'token') throw new Error('no token');
    const prog = kernel.bpf(root, 5, { prog_type: 6, insn_cnt: 2, prog_flags: 1 << 16, prog_token_fd: sent });
    expect(prog).toBeGreaterThan(2);
    root.files.close(sent);
    expect(file.token.isFreed).toBe(true);
  });

  test('without the flag the field is ignored; v12 reads any non-zero field', () => {
    for (const [profile, answer] of [
      ['linux-6.12', 'descriptor'],
      ['v12', -ERRNO.EBADF],
    ] as const) {
      const { kernel, root } = boot(profile);
      const result = kernel.bpf(root, BTF_LOAD, { btf_token_fd: 99 });
      if (answer === 'descriptor') expect(result).toBeGreaterThan(2);
      else expect(result).toBe(answer);
    }
  });

  test('the lowest free descriptor is used', () => {
    const { root } = boot();
    const [a, b] = [0, 1].map(() => root.files.open({ kind: 'btf' })) as [number, number];
    root.files.close(a);
    expect(root.files.open({ kind: 'btf' })).toBe(a);
    expect(root.files.open({ kind: 'btf' })).toBe(b + 1);
  });

  test('information about a token from 6.17 on', () => {
    for (const [profile, answer] of [
      ['linux-6.16', -ERRNO.EINVAL],
      ['linux-6.17', 0],
    ] as const) {
      const { kernel, root, boxRoot } = boot(profile);
      const dir = mountFor(kernel, boxRoot, root, { delegate_cmds: 'any' });
      const fd = kernel.bpf(boxRoot, TOKEN_CREATE, { bpffs_fd: dir });
      expect(kernel.bpf(boxRoot, 15, { bpf_fd: fd })).toBe(answer);
    }
  });

  test('RDONLY with WRONLY: before permission to 7.1, after it from 7.2', () => {
    for (const [profile, answer] of [
      ['linux-7.1', -ERRNO.EINVAL],
      ['linux-7.2', -ERRNO.EPERM],
    ] as const) {
      const { kernel, boxRoot } = boot(profile);
      expect(kernel.bpf(boxRoot, 0, { map_type: 2, map_flags: (1 << 3) | (1 << 4) })).toBe(answer);
    }
  });
});

test('every profile from 6.9 to 7.3 is there, with the designs', () => {
  for (const name of ['v11', 'v12', 'linux-6.9', 'linux-6.19', 'linux-7.0', 'linux-7.3']) {
    expect(findProfile(name)?.name).toBe(name);
  }
  expect(() => profileNamed('linux-5.0')).toThrow(/no profile "linux-5.0"; known: v11/);
});
