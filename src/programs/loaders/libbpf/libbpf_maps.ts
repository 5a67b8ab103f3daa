import type { ErrnoName } from '../../../abi/errno.js';
import type { BpfObject, InnerMap, ObjectMap } from '../../bpf_object.js';
import type { CallAnswer, LoadSession, LoadStep } from '../load_session.js';
import { BPF_F_MMAPABLE, MAP } from '../numbers.js';
import type { MadeMaps } from '../program_lacks.js';
import type { LibbpfFeatures } from './libbpf_features.js';

/** Types whose maps libbpf makes without BTF types of keys and values. Source: bpf_object__create_map(). */
const WITHOUT_BTF = new Set<number>([
  MAP.perf_event_array,
  MAP.cgroup_array,
  MAP.stack_trace,
  MAP.array_of_maps,
  MAP.hash_of_maps,
  MAP.devmap,
  MAP.devmap_hash,
  MAP.cpumap,
  MAP.xskmap,
  MAP.sockmap,
  MAP.sockhash,
  MAP.queue,
  MAP.stack,
  MAP.arena,
]);

/** Whether a map is a section of data, which libbpf makes itself. */
export function isDataMap({ definition }: ObjectMap): boolean {
  return definition === 'data';
}

/** Whether data is read only, and so frozen and bound to programs. Source: bpf_object__populate_internal_map(). */
function isFrozen({ section }: ObjectMap): boolean {
  return section.startsWith('.rodata') || section === '.kconfig';
}

/** Makes the maps of an object in order. Source: bpf_object__create_maps() of libbpf 1.4 to 1.7. */
export class LibbpfMaps<Answer extends CallAnswer> {
  readonly #session: LoadSession<Answer>;
  readonly #features: LibbpfFeatures<Answer>;
  readonly #hasBtf: boolean;
  readonly #leftOut = new Set<string>();
  readonly #withoutBtf = new Set<string>();

  /** `hasBtf`: the BTF of the object is loaded. */
  constructor(session: LoadSession<Answer>, features: LibbpfFeatures<Answer>, hasBtf: boolean) {
    this.#session = session;
    this.#features = features;
    this.#hasBtf = hasBtf;
  }

  createAll({ maps }: BpfObject): MadeMaps {
    for (const map of maps) {
      const isLeftOut = !map.isAutocreated || (isDataMap(map) && !this.#features.has('global_data'));
      if (isLeftOut) this.#leftOut.add(map.name);
      else this.#createOne(map);
    }
    return { leftOut: this.#leftOut, withoutBtf: this.#withoutBtf };
  }

  #createOne(map: ObjectMap): void {
    const { name } = map;
    if (map.pinning !== 0) {
      const missing = { consequence: 'harmless', effect: 'nothing is pinned there: the map is made' } as const;
      // A world has no files in its bpffs: nothing is pinned.
      this.#session.send(
        { cmd: 'obj_get', of: name, endsIn: 'ENOENT' },
        `map ${name}, pinned before`,
        missing,
        'ENOENT',
      );
    }
    this.#create(map, name);
    if (isDataMap(map)) {
      this.#must('map_update_elem', map, 'its initial contents');
      if (isFrozen(map)) this.#must('map_freeze', map, 'which is read only');
    }
    if (map.type !== MAP.prog_array) {
      for (const slot of map.initialSlots) this.#must('map_update_elem', map, `slot ${slot.index}, ${slot.name}`);
    }
    if (map.pinning !== 0) this.#must('obj_pin', map, 'its pin');
  }

  /** A map or, before a map of maps, what its values are. */
  #create(map: ObjectMap | (InnerMap & { readonly inner?: undefined }), name: string, isInner = false): void {
    const isNamed = this.#features.has('prog_name');
    if (map.inner) this.#create(map.inner, `${name}.inner`, true);
    const hasTypes = this.#hasBtf && map.hasBtfTypes && !WITHOUT_BTF.has(map.type);
    const isRetried = hasTypes && map.type !== MAP.struct_ops;
    const step = this.#send(map, name, { isNamed, hasBtf: hasTypes, isLast: !isRetried, isInner });
    let { errno } = step.answer;
    if (errno !== null && isRetried) {
      const again = this.#send(map, name, { isNamed, hasBtf: false, isLast: true, isInner });
      errno = again.answer.errno;
      if (errno !== null) this.#failed(errno, name, again);
      this.#withoutBtf.add(name);
      return;
    }
    if (errno !== null) this.#failed(errno, name, step);
    if (!hasTypes) this.#withoutBtf.add(name);
  }

  #send(
    map: ObjectMap | InnerMap,
    name: string,
    { isNamed, hasBtf, isLast, isInner }: { isNamed: boolean; hasBtf: boolean; isLast: boolean; isInner: boolean },
  ): LoadStep<Answer> {
    const isData = 'definition' in map && isDataMap(map);
    const flags = isData && !this.#features.has('array_mmap') ? map.flags & ~BPF_F_MMAPABLE : map.flags;
    const call = { type: map.type, flags, token: this.#features.token, hasBtf, map: { ...map, name } };
    const purpose = isInner ? `the map that shows what ${name.replace(/\.inner$/, '')} holds` : `map ${name}`;
    return this.#features.mapCreate(
      call,
      isNamed,
      purpose,
      isLast
        ? { consequence: 'fatal', effect: 'the load ends' }
        : { consequence: 'harmless', effect: 'it is made without BTF types' },
    );
  }

  #failed(errno: ErrnoName, name: string, step: LoadStep<Answer>): never {
    const btf = this.#features.refusalOf('btf') ?? this.#features.refusalOf('btf_func');
    const isForBtf = step.call.cmd === 'map_create' && (step.call.map?.btfNeeds.length ?? 0) > 0 && !step.call.hasBtf;
    this.#session.fail(errno, `map '${name}': failed to create`, { step, causes: isForBtf && btf ? [btf] : [] });
  }

  #must(cmd: 'map_update_elem' | 'map_freeze' | 'obj_pin', { name }: ObjectMap, what: string): void {
    const refused = { consequence: 'fatal', effect: 'the load ends' } as const;
    const step = this.#session.send({ cmd, of: name }, `map ${name}: ${what}`, refused);
    const { errno } = step.answer;
    if (errno !== null) this.#session.fail(errno, `map '${name}': ${cmd} failed`, { step });
  }
}
