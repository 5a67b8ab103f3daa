import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { resolveDelegation } from '../../src/dialects/resolve_delegation.js';
import { profileNamed } from '../../src/kernel/profile.js';
import type { World } from '../../src/kernel/world.js';
import { allowedRequests } from '../../src/policy/allowed_requests.js';
import { Policy } from '../../src/policy/policy.js';
import { diffPolicies } from '../../src/policy/policy_diff.js';
import { delegationScenario } from '../../src/scenario/delegation_scenario.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { type AskedRequest, askEverything } from './brute_force.js';
import { keyOf, requestsOf } from './request_keys.js';

const FLEET = parseScenario(readFileSync(new URL('../../examples/fleet.yaml', import.meta.url), 'utf8')).world;
const keys = (asked: readonly AskedRequest[]) => asked.map(keyOf).sort();

function expectDiffByBruteForce(worlds: readonly [World, World]): { readonly gained: number; readonly lost: number } {
  const asked = askEverything(worlds);
  const policy = new Policy(worlds);
  const { asked: count, gained, lost } = diffPolicies(policy);
  expect(count).toBe(asked.length);
  const [more, less] = [requestsOf(policy, gained), requestsOf(policy, lost)];
  expect(more.sort()).toEqual(keys(asked.filter(({ allowed: [a, b] }) => !a && b)));
  expect(less.sort()).toEqual(keys(asked.filter(({ allowed: [a, b] }) => a && !b)));
  policy.dispose();
  return { gained: more.length, lost: less.length };
}

test.each([
  ['v12', 'linux-6.12'],
  ['linux-6.12', 'linux-7.3'],
])('the fleet under %s and under %s: the difference is that of every request asked one by one', (before, after) => {
  const under = (name: string): World => ({ ...FLEET, profile: profileNamed(name) });
  const { gained, lost } = expectDiffByBruteForce([under(before), under(after)]);
  expect(gained).toBeGreaterThan(0);
  expect(lost).toBeGreaterThan(before === 'v12' ? 0 : -1);
});

test('two units: the difference is that of every request asked one by one', () => {
  const unit = (maps: string, more = ''): World => {
    const profile = profileNamed('linux-6.18');
    const text = `[Service]\nExecStart=/usr/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nPrivateUsers=self\nPrivateMounts=yes\n\
BPFDelegateCommands=BPFMapCreate,BPFProgLoad\nBPFDelegateMaps=${maps}\nBPFDelegatePrograms=BPFProgTypeXdp${more}\nBPFDelegateAttachments=BPFXdp\n`;
    const { delegations } = readDelegations({ file: 'web.service', text }, { profile });
    const { resolved } = resolveDelegation(delegations[0] as NonNullable<(typeof delegations)[0]>, {});
    return delegationScenario(profile, resolved).scenario.world;
  };
  const { gained, lost } = expectDiffByBruteForce([
    unit('BPFMapTypeHash,BPFMapTypeArray'),
    unit('BPFMapTypeHash,BPFMapTypeRingbuf'),
  ]);
  expect([gained, lost]).toEqual([1, 1]);
});

test('the fleet: what is allowed is what every request, asked one by one, says', () => {
  const policy = new Policy([FLEET]);
  const asked = askEverything([FLEET]);
  expect(requestsOf(policy, allowedRequests(policy).groups).sort()).toEqual(
    keys(asked.filter(({ allowed: [is] }) => is)),
  );
  policy.dispose();
});
