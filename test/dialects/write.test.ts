import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { maskOf, originsOf } from '../../src/dialects/build_mask.js';
import { bitsOfMasks } from '../../src/dialects/delegation.js';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { type ResolvedDelegation, resolveDelegation } from '../../src/dialects/resolve_delegation.js';
import { CannotExpressError } from '../../src/dialects/write/errors.js';
import { TARGET_NAMES, type TargetName } from '../../src/dialects/write/targets.js';
import { writeDelegation } from '../../src/dialects/write/write_delegation.js';
import { MASK_KIND, type MaskName, masksBy } from '../../src/kernel/masks.js';
import { PROFILES, type Profile } from '../../src/kernel/profile.js';
import { delegationScenario } from '../../src/scenario/delegation_scenario.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { cases } from '../cases.js';
import { anyCodePoints } from './any_code_points.js';

const RELEASES = PROFILES.filter(({ rules }) => rules.delegate_names);
const AT = { file: 'f', line: 1, column: 1, length: 1 };
/** How each format is told again; an instance of a container manager has no name in its own configuration. */
const FORMAT: Readonly<Record<TargetName, string>> = {
  systemd: 'systemd-unit',
  incus: 'incus',
  lxd: 'lxd',
  mount: 'mount-command',
  fstab: 'fstab',
  'mount-options': 'mount-options',
};

const mask = (bits: bigint) => maskOf(originsOf(bits, { text: 'x', at: AT }), AT);

/** Masks as people have them: nothing, any, a few known bits, all known bits, or any 64 bits. */
function anyBits({ vocabulary }: Profile, name: MaskName): fc.Arbitrary<bigint> {
  const known = vocabulary.count[MASK_KIND[name]];
  const few = fc
    .uniqueArray(fc.nat(known - 1), { maxLength: 8 })
    .map((bits) => bits.reduce((all, bit) => all | (1n << BigInt(bit)), 0n));
  return fc.oneof(
    { weight: 6, arbitrary: few },
    fc.constantFrom(0n, MASK_ANY, vocabulary.knownMask(MASK_KIND[name])),
    fc.bigInt(0n, MASK_ANY),
  );
}

/** Units of paths: what shells, YAML and tables of mounts take for signs of theirs, and any other character. */
const anyPathUnit = fc.oneof(fc.constantFrom(...' \n\t\'"\\#$`!:,=&*?|>{é\u0085\u00a0\u2028'), anyCodePoints());

const anyDelegation = fc.constantFrom(...RELEASES).chain((profile) =>
  fc
    .record({
      masks: fc.record(masksBy((name) => anyBits(profile, name))),
      path: fc.oneof(
        fc.constantFrom('/sys/fs/bpf', undefined),
        fc.constantFrom('/sys/fs/bpf', '/run/agent bpf', '/p#q\\r', "/it's"),
        fc.string({ unit: anyPathUnit }).map((text) => `/${text}`),
      ),
      ids: fc.constantFrom({}, {}, { uid: 0, gid: 7 }, { mode: 0o1750 }),
      owner: fc.constantFrom('own' as const, 'own' as const, 'init' as const),
      user: fc.constantFrom(0, 0, 1234),
      caps: fc.constantFrom(CAP_FULL_SET, CAP_FULL_SET, 0n, 1n << 39n, CAP_FULL_SET & ~(1n << 12n)),
    })
    .map(({ masks, path, ids, owner, user, caps }) => {
      const delegation: ResolvedDelegation = {
        kind: 'bpffs',
        name: 'web',
        at: AT,
        path,
        masks: masksBy((name) => mask(masks[name])),
        uid: undefined,
        gid: undefined,
        mode: undefined,
        ...ids,
        owner,
        process: { userns: owner, uid: user, caps },
        network: undefined,
        unusable: undefined,
      };
      return { profile, delegation };
    }),
);

describe.each(TARGET_NAMES)('%s', (target) => {
  test('what is written is read back: the same masks, owner, path and process; or what cannot be said is named', () => {
    let written = 0;
    fc.assert(
      fc.property(anyDelegation, ({ profile, delegation }) => {
        let text: string;
        try {
          text = writeDelegation(delegation, target, profile);
        } catch (error) {
          expect(error).toBeInstanceOf(CannotExpressError);
          expect((error as CannotExpressError).reasons.length).toBeGreaterThan(0);
          return;
        }
        written += 1;
        expect(detectFormat(text)).toBe(FORMAT[target]);
        const { files, delegations } = readDelegations(
          { file: target === 'systemd' ? 'f.service' : 'file', text },
          { profile },
        );
        expect(files[0]?.warnings.filter(({ code }) => code !== 'wrong-userns')).toEqual([]);
        expect(delegations).toHaveLength(1);
        const { resolved } = resolveDelegation(delegations[0] as NonNullable<(typeof delegations)[0]>, {
          owner: delegation.owner,
        });
        expect(bitsOfMasks(resolved.masks)).toEqual(bitsOfMasks(delegation.masks));
        if (target !== 'mount-options') expect(resolved.path).toBe(delegation.path ?? '/sys/fs/bpf');
        expect(resolved.owner).toBe(delegation.owner);
        expect(resolved.process).toEqual(delegation.process);
        expect([resolved.uid, resolved.gid, resolved.mode]).toEqual([delegation.uid, delegation.gid, delegation.mode]);
        expect(resolved.unusable).toBeUndefined();
      }),
      { numRuns: cases(150, 10_000) },
    );
    expect(written).toBeGreaterThan(0);
  });
});

test('scenario: what is written is parsed: the same masks, ids and process', () => {
  fc.assert(
    fc.property(anyDelegation, ({ profile, delegation }) => {
      const { text, name } = delegationScenario(profile, delegation);
      const { world } = parseScenario(text);
      const [bpffs] = world.bpffs;
      expect(bpffs?.options.delegate).toEqual(bitsOfMasks(delegation.masks));
      expect(bpffs?.options.uid).toBe(delegation.uid ?? 0);
      expect(world.userns[bpffs?.userns ?? -1]?.name).toBe(delegation.owner);
      expect(world.tasks).toMatchObject([{ name, euid: delegation.process.uid, effective: delegation.process.caps }]);
    }),
    { numRuns: cases(60, 10_000) },
  );
});

test('every reason is named at once', () => {
  const delegation: ResolvedDelegation = {
    kind: 'bpffs',
    name: 'web',
    at: AT,
    path: '/p',
    masks: { cmds: mask(1n << 63n), maps: mask(0n), progs: mask((1n << 31n) | (1n << 32n)), attachs: mask(0n) },
    uid: 7,
    gid: undefined,
    mode: undefined,
    owner: 'own',
    process: { userns: 'own', uid: 0, caps: CAP_FULL_SET },
    network: undefined,
    unusable: undefined,
  };
  const newest = RELEASES.at(-1) as Profile;
  const reasons = (() => {
    try {
      writeDelegation(delegation, 'systemd', newest);
    } catch (error) {
      return (error as CannotExpressError).reasons;
    }
    return [];
  })();
  expect(reasons).toEqual([
    'systemd mounts the bpffs at /sys/fs/bpf, not at /p',
    'uid=, gid= and mode= of the bpffs are not settings',
    'systemd 262 has no name for the command 63',
    'systemd 262 has no name for the program type syscall',
    'systemd 262 has no name for the program type netfilter',
  ]);
});

test('a directory that starts with a dash was written as options of mount(8)', () => {
  const [delegation] = readDelegations({
    file: 'fstab',
    text: 'none -o bpf delegate_cmds=map_create 0 0\n',
  }).delegations;
  if (!delegation) throw new Error('no delegation');
  const profile = RELEASES.at(-1) as Profile;
  const text = writeDelegation(resolveDelegation(delegation, {}).resolved, 'mount', profile);
  expect(text).toBe('mount -t bpf -o delegate_cmds=map_create -- none -o\n');
  const back = readDelegations({ file: 'f', text }).delegations;
  expect(back.map(({ path, masks }) => [path, masks.cmds.bits])).toEqual([['-o', 1n]]);
});
