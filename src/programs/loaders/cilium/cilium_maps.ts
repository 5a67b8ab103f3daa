import type { InnerMap, ObjectMap } from '../../bpf_object.js';
import type { CallAnswer, LoadSession, LoadStep } from '../load_session.js';
import { succeeded } from '../load_session.js';
import { BPF_F_MMAPABLE, MAP } from '../numbers.js';
import { loadBtfHandle } from './cilium_btf.js';
import type { CiliumFeatures } from './cilium_features.js';

const MAPS_OF_MAPS = new Set<number>([MAP.array_of_maps, MAP.hash_of_maps]);
const BPF_F_NO_PREALLOC = 1;
const BPF_F_RDONLY_PROG = 1 << 7;

/** Makes maps of an object. Source: cilium/ebpf 0.22, collection.go (loadMap) and map.go (createMap). */
export class CiliumMaps<Answer extends CallAnswer> {
  readonly #session: LoadSession<Answer>;
  readonly #features: CiliumFeatures<Answer>;
  readonly #withoutBtf = new Set<string>();

  constructor(session: LoadSession<Answer>, features: CiliumFeatures<Answer>) {
    this.#session = session;
    this.#features = features;
  }

  /** Names of maps without BTF types. */
  get withoutBtf(): ReadonlySet<string> {
    return this.#withoutBtf;
  }

  /** Makes a map, and fills it unless its values are maps, programs or operations. */
  load(map: ObjectMap): void {
    const { name, section } = map;
    const isVariables = map.definition === 'data' && section !== '.kconfig';
    if (map.pinning !== 0) this.#session.fail(null, `map ${name}: pin by name: missing MapOptions.PinPath`);
    const canMap = isVariables && this.#features.has('mmapable_maps');
    const flags = isVariables ? (map.flags & ~BPF_F_MMAPABLE) | (canMap ? BPF_F_MMAPABLE : 0) : map.flags;
    if (map.inner) this.#create(map.inner, `${name}.inner`, map.inner.flags);
    this.#create(map, name, flags);
    if (map.definition !== 'data') return;
    this.update(name, 'its initial contents');
    if (section.startsWith('.rodata') || section === '.kconfig') this.#must('map_freeze', name, 'which is read only');
  }

  /** Writes a value of a map. */
  update(name: string, what: string): void {
    this.#must('map_update_elem', name, what);
  }

  #create(map: ObjectMap | InnerMap, name: string, flags: number): void {
    if (this.#features.has('object_names')) this.#features.has('dots_in_names');
    const isStructOps = map.type === MAP.struct_ops;
    const btf = map.hasBtfTypes || isStructOps ? this.#btfOf(name, isStructOps) : undefined;
    const hasBtf = btf !== undefined && succeeded(btf);
    const send = (withBtf: boolean, isLast: boolean) =>
      this.#session.send(
        {
          cmd: 'map_create',
          type: map.type,
          flags,
          token: this.#features.token,
          hasBtf: withBtf,
          map: { ...map, name },
        },
        `map ${name}`,
        isLast
          ? { consequence: 'fatal', effect: 'the load ends' }
          : { consequence: 'harmless', effect: 'it is made without BTF types, where they are what is wrong' },
      );
    let step = send(hasBtf && !isStructOps, !hasBtf);
    const { errno } = step.answer;
    const isRetried = hasBtf && (errno === 'EINVAL' || errno === 'ENOTSUPP');
    if (isRetried) step = send(false, true);
    if (!hasBtf || isRetried) this.#withoutBtf.add(name);
    if (step.answer.errno !== null) this.#failed(step, name, map.type, flags, btf);
  }

  #btfOf(name: string, isMandatory: boolean): LoadStep<Answer> {
    const step = loadBtfHandle(this.#session, this.#features, `BTF of map ${name}`, isMandatory);
    const { errno } = step.answer;
    if (errno === null) return step;
    this.#features.has('map_btf');
    if (isMandatory) this.#session.fail(errno, `map ${name}: struct_ops requires BTF`, { step });
    return step;
  }

  /** What the error says is probed for. Source: handleMapCreateError(). */
  #failed(step: LoadStep<Answer>, name: string, type: number, flags: number, btf: LoadStep<Answer> | undefined): never {
    const { errno } = step.answer;
    if (errno !== 'EPERM') {
      if (MAPS_OF_MAPS.has(type)) this.#features.has('nested_maps');
      if ((flags & BPF_F_RDONLY_PROG) !== 0) this.#features.has('read_only_maps');
      if ((flags & BPF_F_NO_PREALLOC) !== 0) this.#features.has('no_prealloc_maps');
    }
    const causes = btf && !succeeded(btf) && errno === 'EINVAL' ? [btf] : [];
    return this.#session.fail(errno, `map ${name}: map create`, { step, causes });
  }

  #must(cmd: 'map_update_elem' | 'map_freeze', name: string, what: string): void {
    const refused = { consequence: 'fatal', effect: 'the load ends' } as const;
    const step = this.#session.send({ cmd, of: name }, `map ${name}: ${what}`, refused);
    if (step.answer.errno !== null) this.#session.fail(step.answer.errno, `map ${name}: ${cmd}`, { step });
  }
}
