import type { CallAnswer, LoadSession, LoadStep, Refusal } from '../load_session.js';
import { succeeded } from '../load_session.js';
import type { MapCreation, ProgramLoad, SentProgram } from '../loader_call.js';
import { BPF_F_MMAPABLE, HELPER, MAP, PROG } from '../numbers.js';
import { TRIVIAL_PROGRAM } from '../trivial_program.js';

const BPF_F_NO_PREALLOC = 1;
const BPF_F_RDONLY_PROG = 1 << 7;

/** What cilium/ebpf asks the kernel about during a load. Source: cilium/ebpf 0.22, syscalls.go and btf/feature.go. */
export type CiliumFeature =
  | 'object_names'
  | 'dots_in_names'
  | 'mmapable_maps'
  | 'no_prealloc_maps'
  | 'read_only_maps'
  | 'nested_maps'
  | 'btf'
  | 'map_btf'
  | 'program_btf'
  | 'function_linkage'
  | 'decl_tags'
  | 'type_tags'
  | 'enum64'
  | 'ext_infos'
  | 'probe_read_kernel'
  | 'function_calls';

/** What a probe is for, and what comes of its refusal. */
const FEATURES: Readonly<Record<CiliumFeature, readonly [of: string, effect: string]>> = {
  object_names: ['names of programs and maps', 'programs and maps get no names'],
  dots_in_names: ['dots in names', 'dots are left out of names'],
  mmapable_maps: ['arrays that can be mapped', 'variables cannot be mapped'],
  no_prealloc_maps: ['maps without preallocation', 'the error says that such maps are not known'],
  read_only_maps: ['read-only maps', 'the error says that such maps are not known'],
  nested_maps: ['maps of maps', 'the error says that such maps are not known'],
  btf: ['BTF', 'maps have no BTF types'],
  map_btf: ['BTF of data sections', 'maps have no BTF types'],
  program_btf: ['BTF of functions', 'functions have no linkage in BTF'],
  function_linkage: ['BTF of global functions', 'functions have no linkage in BTF'],
  decl_tags: ['BTF of declaration tags', 'declaration tags are replaced in BTF'],
  type_tags: ['BTF of type tags', 'type tags are replaced in BTF'],
  enum64: ['BTF of 64-bit enumerations', '64-bit enumerations are replaced in BTF'],
  ext_infos: ['function and line records', 'programs have no such records; callbacks fail'],
  probe_read_kernel: ['bpf_probe_read_kernel()', 'programs call bpf_probe_read() instead'],
  function_calls: ['calls between functions', 'the error says that such calls are not known'],
};

/** Features that are asked first: without one, this one is not probed. */
const PRESUPPOSED: Readonly<Partial<Record<CiliumFeature, CiliumFeature>>> = {
  dots_in_names: 'object_names',
  map_btf: 'btf',
  program_btf: 'btf',
  function_linkage: 'program_btf',
  decl_tags: 'btf',
  type_tags: 'btf',
  enum64: 'btf',
};

/** Features for which a refusal other than EINVAL is no answer: they are asked again each time. */
const INCONCLUSIVE_ON_EPERM = new Set<CiliumFeature>([
  'function_linkage',
  'decl_tags',
  'type_tags',
  'enum64',
  'ext_infos',
  'nested_maps',
]);

/** Probes for features, all with the token; each once, unless it was refused without an answer. */
export class CiliumFeatures<Answer extends CallAnswer> {
  readonly #session: LoadSession<Answer>;
  readonly #known = new Map<CiliumFeature, boolean>();
  readonly #refusals = new Map<CiliumFeature, LoadStep<Answer>>();
  readonly #findToken: () => 'none' | 'token';
  #token: 'none' | 'token' | undefined;

  /** `findToken` is called before the first call that can carry a token. */
  constructor(session: LoadSession<Answer>, findToken: () => 'none' | 'token') {
    this.#session = session;
    this.#findToken = findToken;
  }

  /** The token that calls carry. */
  get token(): 'none' | 'token' {
    this.#token ??= this.#findToken();
    return this.#token;
  }

  /** Whether the kernel has a feature. */
  has(feature: CiliumFeature): boolean {
    const known = this.#known.get(feature);
    if (known !== undefined) return known;
    const before = PRESUPPOSED[feature];
    const step = before === undefined || this.has(before) ? this.#probe(feature) : undefined;
    const { errno = null } = step?.answer ?? {};
    const has = step !== undefined && (succeeded(step) || step.consequence === undefined);
    if (step && !has) this.#refusals.set(feature, step);
    const isConclusive = has || !INCONCLUSIVE_ON_EPERM.has(feature) || errno !== 'EPERM';
    if (isConclusive) this.#known.set(feature, has);
    return has;
  }

  /** The refusal that told that a feature is missing; undefined where none did. */
  refusalOf(feature: CiliumFeature): LoadStep<Answer> | undefined {
    return this.#refusals.get(feature);
  }

  #probe(feature: CiliumFeature): LoadStep<Answer> {
    const [of, effect] = FEATURES[feature];
    const purpose = `the probe for ${of}`;
    const refused: Refusal = { consequence: 'degrades', effect };
    const { token } = this;
    const map = (type: number, flags = 0) => {
      const call: MapCreation = { cmd: 'map_create', type, flags, token, hasBtf: false, map: undefined };
      return this.#session.send(call, purpose, refused);
    };
    const program = (type: number, given: Partial<SentProgram>, endsIn?: 'EBADF') => {
      const sent = { ...TRIVIAL_PROGRAM, ...given };
      const call: ProgramLoad = { cmd: 'prog_load', type, attachType: 0, token, program: sent };
      return this.#session.send(endsIn ? { ...call, endsIn } : call, purpose, refused, endsIn);
    };
    switch (feature) {
      case 'object_names':
      case 'dots_in_names':
        return map(MAP.array);
      case 'mmapable_maps':
        return map(MAP.array, BPF_F_MMAPABLE);
      case 'read_only_maps':
        return map(MAP.array, BPF_F_RDONLY_PROG);
      case 'no_prealloc_maps':
        return map(MAP.hash, BPF_F_NO_PREALLOC);
      case 'nested_maps':
        return map(MAP.array_of_maps);
      case 'ext_infos':
        return program(PROG.socket_filter, { isGpl: false }, 'EBADF');
      case 'probe_read_kernel':
        return program(PROG.kprobe, { helpers: [HELPER.probe_read_kernel], instructionCount: 6 });
      case 'function_calls':
        return program(PROG.socket_filter, { instructionCount: 4, isGpl: false, liberties: ['function_calls'] });
      default:
        return this.#session.send({ cmd: 'btf_load', token }, purpose, refused);
    }
  }
}
