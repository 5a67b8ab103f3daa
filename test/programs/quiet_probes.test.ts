import { expect, test } from 'vitest';
import { MASK_NAMES } from '../../src/kernel/masks.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { leastDelegation } from '../../src/programs/least/least_delegation.js';
import { quietDelegation } from '../../src/programs/least/quiet_probes.js';
import { LOADER_NAMES } from '../../src/programs/loaders/loader_names.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import { objectBytes } from './loaders/recorded_loads.js';

const KERNEL = { profile: profileNamed('linux-6.18') };
const OBJECTS = ['xdp', 'kprobes', 'data', 'cgroups', 'storage', 'callback', 'inner_maps', 'sockets'];

test.each(LOADER_NAMES)(
  '%s: with what probes need all objects load, and fewer calls with the token are refused',
  (loader) => {
    for (const name of OBJECTS) {
      const objects = [readBpfObject(objectBytes(name))];
      const least = leastDelegation(loader, objects, KERNEL);
      expect(least).toBeDefined();
      if (!least) continue;
      const quiet = quietDelegation(loader, objects, KERNEL, least);
      expect([name, quiet?.loads.map(({ failure }) => failure)]).toEqual([name, [undefined]]);
      if (!quiet) continue;
      for (const mask of MASK_NAMES) expect(quiet.masks[mask] & least.masks[mask]).toBe(least.masks[mask]);
      const refused = (loads: typeof quiet.loads) =>
        loads.flatMap(({ steps }) =>
          steps.filter(({ call, consequence }) => consequence && 'token' in call && call.token === 'token'),
        ).length;
      expect(refused(quiet.loads)).toBeLessThanOrEqual(refused(least.loads));
      if (quiet.added.length > 0) expect(refused(quiet.loads)).toBeLessThan(refused(least.loads));
    }
  },
);
