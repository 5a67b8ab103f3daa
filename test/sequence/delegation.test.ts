import { describe, expect, test } from 'vitest';
import { CAP_BPF, CAP_FULL_SET, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import { ERRNO } from '../../src/abi/errno.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { PROFILES, type Profile } from '../../src/kernel/profile.js';
import { createUserNs, type UserNamespace } from '../../src/kernel/userns.js';
import { BPFFS_ROOT, mountSequence, TOKEN_FD, tokenSequence } from '../../src/sequence/delegation.js';
import { SequenceRunner } from '../../src/sequence/sequence_runner.js';

const RELEASES = PROFILES.filter(({ name }) => name.startsWith('linux-'));
const bit = (cap: number): bigint => 1n << BigInt(cap);

/** A kernel with a user namespace `box`, and who takes part: their capabilities are in their own namespaces. */
function delegation(
  profile: Profile,
  { opener = CAP_FULL_SET, delegator = CAP_FULL_SET, creator = CAP_FULL_SET } = {},
) {
  const kernel = new Kernel({ profile, unprivilegedBpfDisabled: 2 });
  const box = createUserNs('box', kernel.initUserns, 1000) as UserNamespace;
  const tasks = new Map([
    ['opener', kernel.task('opener', { userns: box, euid: 0, egid: 0, effective: opener })],
    ['delegator', kernel.task('delegator', { userns: kernel.initUserns, euid: 0, egid: 0, effective: delegator })],
    ['creator', kernel.task('creator', { userns: box, euid: 0, egid: 0, effective: creator })],
  ]);
  const runner = new SequenceRunner(kernel, (name) => tasks.get(name) as NonNullable<ReturnType<typeof tasks.get>>);
  const options = [
    ['delegate_cmds', 'prog_load:map_create'],
    ['delegate_progs', 'xdp'],
  ] as const;
  const sequence = [
    ...mountSequence({ opener: 'opener', delegator: 'delegator', options }),
    ...tokenSequence('creator'),
  ];
  return { runner, sequence, outcomes: runner.runAll(sequence) };
}

describe.each(RELEASES)('$name: from fsopen to a token', (profile) => {
  test('every call answers, and the token has a copy of the masks', () => {
    const { runner, sequence, outcomes } = delegation(profile);
    expect(outcomes.map(({ call, result }) => [call.call, result >= 0])).toEqual(
      sequence.map(({ call }) => [call, true]),
    );
    const file = runner.file(TOKEN_FD);
    const { vocabulary } = profile;
    expect(file?.kind === 'token' && file.token.allowed).toMatchObject({
      cmds: bit(vocabulary.require('cmds', 'prog_load')) | bit(vocabulary.require('cmds', 'map_create')),
      maps: 0n,
      progs: bit(vocabulary.require('prog_types', 'xdp')),
    });
    expect(runner.file(BPFFS_ROOT)).toMatchObject({ kind: 'bpffs', isRoot: true });
  });

  test.each([
    ['an opener without CAP_SYS_ADMIN there', { opener: bit(CAP_BPF) }, 'fsopen'],
    ['a delegator without CAP_SYS_ADMIN', { delegator: bit(CAP_BPF) }, 'fsconfig_set_string'],
    ['a creator without CAP_BPF', { creator: bit(CAP_SYS_ADMIN) }, 'bpf_token_create'],
  ] as const)('stops where %s is refused', (_, caps, refused) => {
    const { runner, outcomes } = delegation(profile, caps);
    expect(outcomes.at(-1)).toMatchObject({ call: { call: refused }, result: -ERRNO.EPERM });
    expect(runner.file(TOKEN_FD)).toBe(undefined);
  });
});

test('a descriptor that a call failed to return is a bad one', () => {
  const { runner } = delegation(RELEASES[0] as Profile, { opener: 0n });
  expect(runner.run({ by: 'delegator', call: 'fsconfig_create', fd: 'fs_context' })).toBe(-ERRNO.EBADF);
  expect(runner.run({ by: 'creator', call: 'bpf_token_create', bpffs: 'nothing', returns: 'x' })).toBe(-ERRNO.EBADF);
});
