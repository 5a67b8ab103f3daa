import type { BpfObject, ObjectMap } from '../../bpf_object.js';
import type { CallAnswer, LoadSession } from '../load_session.js';
import type { LoaderSetup } from '../loader_setup.js';
import { CiliumFeatures } from './cilium_features.js';
import { CiliumMaps } from './cilium_maps.js';
import { CiliumPrograms } from './cilium_programs.js';
import { findToken } from './cilium_token.js';

/**
 * Loads an object as cilium/ebpf 0.22 does: ebpf.NewCollection() of what LoadCollectionSpec() read, in a process that loaded nothing
 * before. Maps and programs are taken in the order of the object; the library takes them in any order, as Go orders maps by key at
 * random. Source: cilium/ebpf 0.22, collection.go.
 */
export function loadWithCilium<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  object: BpfObject,
  setup: LoaderSetup,
): void {
  const features = new CiliumFeatures(session, () => findToken(session, setup.mounts));
  const maps = new CiliumMaps(session, features);
  const programs = new CiliumPrograms(session, features, maps, object, setup);
  for (const map of object.maps) if (isOfCollection(object, map)) maps.load(map);
  for (const program of object.programs) programs.load(program);
  for (const { name, initialSlots, definition } of object.maps) {
    for (const { index, name: value } of initialSlots) maps.update(name, `slot ${index}, ${value}`);
    if (definition === 'struct_ops') maps.update(name, 'the operations');
  }
}

/**
 * Configuration is of the programs that refer to it; texts that no program refers to and that have no symbols are left out. Source:
 * loadDataSections(), loadKconfigSection().
 */
function isOfCollection({ programs }: BpfObject, { definition, section, name }: ObjectMap): boolean {
  if (definition !== 'data') return true;
  if (section === '.kconfig') return false;
  return !section.startsWith('.rodata.str') || programs.some(({ maps }) => maps.includes(name));
}
