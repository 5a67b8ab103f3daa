import { expect, test } from 'vitest';
import { profileNamed } from '../../../src/kernel/profile.js';
import { callText } from '../../../src/programs/loaders/call_text.js';
import { loadDelegated } from '../../../src/programs/loaders/delegated_load.js';
import { LOADER_NAMES } from '../../../src/programs/loaders/loader_names.js';
import { readBpfObject } from '../../../src/programs/read_object.js';
import { delegatedOf, delegationText, inOrder, objectBytes, recordedLoads } from './recorded_loads.js';

const LOADS = recordedLoads('loads-linux-6.18.ndjson.gz');
const PROFILE = profileNamed('linux-6.18');
/** Of tcp_congestion_ops of the kernel that was recorded, from its BTF. */
const MEMBERS: Readonly<Record<string, number>> = {
  'tcp_congestion_ops.ssthresh': 0,
  'tcp_congestion_ops.cong_avoid': 1,
  'tcp_congestion_ops.undo_cwnd': 8,
};

test('recorded loads are of every loader, and of both ends', () => {
  expect([...new Set(LOADS.map(({ loader }) => loader))].sort()).toEqual([...LOADER_NAMES].sort());
  const loaded = LOADS.filter(({ isLoaded }) => isLoaded).length;
  expect(Math.min(loaded, LOADS.length - loaded)).toBeGreaterThan(400);
});

for (const object of new Set(LOADS.map(({ object: name }) => name))) {
  test(`loads of ${object}: the calls that were seen, in order, with their answers`, () => {
    const read = readBpfObject(objectBytes(object));
    const kernel = { profile: PROFILE, memberIndexOf: (target: string) => MEMBERS[target] };
    for (const seen of LOADS.filter((one) => one.object === object)) {
      const { steps, failure } = loadDelegated(seen.loader, inOrder(read, seen.order), kernel, delegatedOf(seen));
      const calls = steps.filter(({ call }) => call.cmd !== 'open').map(callText);
      expect({ calls, isLoaded: !failure }, delegationText(seen)).toEqual({
        calls: seen.calls,
        isLoaded: seen.isLoaded,
      });
    }
  });
}
