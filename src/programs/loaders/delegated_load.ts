import type { UnprivilegedBpfDisabled } from '../../kernel/context.js';
import type { Masks } from '../../kernel/masks.js';
import { DEFAULT_MODE } from '../../kernel/mount_options.js';
import type { Profile } from '../../kernel/profile.js';
import type { World } from '../../kernel/world.js';
import type { BpfObject } from '../bpf_object.js';
import { KernelAnswers, type ModelledAnswer } from './kernel_answers.js';
import { loadObject, type ObjectLoad } from './load_object.js';
import type { LoaderName } from './loader_names.js';
import { DEFAULT_BPFFS_PATH } from './loader_setup.js';
import { recordedMemberIndex } from './struct_ops_member.js';

/** A kernel that objects are loaded on. */
export interface TargetKernel {
  readonly profile: Profile;
  /** Default: 2, as distributions set it. */
  readonly unprivilegedBpfDisabled?: UnprivilegedBpfDisabled | undefined;
  /** Whether it was booted with mitigations of Spectre; default: it was. */
  readonly hasMitigations?: boolean | undefined;
  /** Indexes of members of its structures: LoaderSetup.memberIndexOf. Default: those that recordings tell. */
  readonly memberIndexOf?: ((target: string) => number | undefined) | undefined;
}

/** What a process in a user namespace of its own has: a bpffs that delegates to it, or none, and capabilities there. */
export interface Delegated {
  /** Undefined without a bpffs. */
  readonly masks: Readonly<Masks> | undefined;
  /** Bit n for capability n. */
  readonly capabilities: bigint;
}

/** The first id of a container, as container managers choose it; its number makes no difference. */
const CONTAINER_ID = 100_000;

/** The load of an object by a process in a user namespace of its own, with a bpffs at /sys/fs/bpf. */
export function loadDelegated(
  loader: LoaderName,
  object: BpfObject,
  kernel: TargetKernel,
  delegated: Delegated,
): ObjectLoad<ModelledAnswer> {
  const mounts = new Map(delegated.masks ? [[DEFAULT_BPFFS_PATH, 0] as const] : []);
  const answers = new KernelAnswers(worldOfDelegated(kernel, delegated), { task: 0, mounts });
  const memberIndexOf = kernel.memberIndexOf ?? ((target) => recordedMemberIndex(kernel.profile, target));
  return loadObject(loader, object, { mounts: [...mounts.keys()], memberIndexOf }, (call) => answers.answer(call));
}

function worldOfDelegated(
  { profile, unprivilegedBpfDisabled = 2, hasMitigations = true }: TargetKernel,
  { masks, capabilities }: Delegated,
): World {
  const options = masks && { uid: CONTAINER_ID, gid: CONTAINER_ID, mode: DEFAULT_MODE, delegate: { ...masks } };
  const bpffs = options
    ? [{ name: 'bpffs', userns: 1, options, denials: { cmds: 0n, caps: 0n }, lsmCreateErrno: 0 }]
    : [];
  return {
    profile,
    unprivilegedBpfDisabled,
    hasMitigations,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'container', parent: 0, owner: 0 },
    ],
    bpffs,
    tasks: [{ name: 'loader', userns: 1, euid: CONTAINER_ID, effective: capabilities }],
    tokens: [],
  };
}
