import { KernelAnswers } from '../../../dist/programs/loaders/kernel_answers.js';
import { loadObject } from '../../../dist/programs/loaders/load_object.js';

/** What delegated_exec sets up, as a world: a user namespace, its bpffs and the process. */
export function delegatedWorld({ profile, sysctl }, { masks, capabilities }) {
  return {
    profile,
    unprivilegedBpfDisabled: sysctl,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'own', parent: 0, owner: 0 },
    ],
    bpffs: masks
      ? [
          {
            name: 'delegated',
            userns: 1,
            options: { uid: 100000, gid: 100000, mode: 0o777, delegate: masks },
            denials: { cmds: 0n, caps: 0n },
            lsmCreateErrno: 0,
          },
        ]
      : [],
    tasks: [{ name: 'loader', userns: 1, euid: 100000, effective: capabilities }],
    tokens: [],
  };
}

/** The load of an object there, on the model. */
export function loadInWorld(loader, object, kernel, delegation) {
  const world = delegatedWorld(kernel, delegation);
  // Without a bpffs of its own, the process sees that of the machine, which belongs to the initial user namespace.
  const own = { task: 0, mounts: new Map([['/sys/fs/bpf', 0]]), hasMitigations: kernel.hasMitigations };
  const answers = new KernelAnswers(world, delegation.masks ? own : { ...own, mounts: new Map() });
  const setup = { mounts: [...own.mounts.keys()], memberIndexOf: kernel.memberIndexOf };
  return loadObject(loader, object, setup, (call) => answers.answer(call));
}

/** The bits that the calls of a load ask of a token, each as the kernel reads it. */
export function usedBits({ steps }, profile, fixup) {
  const used = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
  for (const { call } of steps) {
    if (call.token === undefined) continue;
    used.cmds |= 1n << BigInt(profile.vocabulary.require('cmds', call.cmd));
    if (call.cmd === 'map_create') used.maps |= 1n << BigInt(call.type);
    if (call.cmd !== 'prog_load') continue;
    used.progs |= 1n << BigInt(call.type);
    used.attachs |= 1n << BigInt(fixup(profile.vocabulary, call.type, call.attachType));
  }
  return used;
}
