import type { CallAnswer, LoadSession, LoadStep, Refusal } from '../load_session.js';
import { succeeded } from '../load_session.js';
import type { CallToken, LoaderCall, ProgramLoad, SentProgram } from '../loader_call.js';
import { ATTACH, BPF_F_MMAPABLE, HELPER, MAP, PROG } from '../numbers.js';
import { TRIVIAL_PROGRAM } from '../trivial_program.js';
import type { LibbpfRules } from './libbpf_release.js';

/** What libbpf asks the kernel about before it uses it: enum kern_feature_id, those that bpf() answers during a load. */
export type LibbpfFeature =
  | 'memcg_account'
  | 'prog_name'
  | 'global_data'
  | 'btf'
  | 'btf_func'
  | 'btf_global_func'
  | 'btf_datasec'
  | 'btf_float'
  | 'btf_decl_tag'
  | 'btf_type_tag'
  | 'btf_enum64'
  | 'btf_qmark_datasec'
  | 'array_mmap'
  | 'exp_attach_type'
  | 'probe_read_kernel'
  | 'prog_bind_map'
  | 'bpf_cookie'
  | 'uprobe_multi_link'
  | 'arg_ctx_tag'
  | 'ldimm64_full_range_off';

/** What the probe of a feature is for, and what libbpf does without the feature. */
const FEATURES: Readonly<Record<LibbpfFeature, { readonly purpose: string; readonly refused: Refusal }>> = {
  memcg_account: {
    purpose: 'the probe for memory accounting, which never has the token',
    refused: { consequence: 'harmless', effect: 'libbpf raises RLIMIT_MEMLOCK, and warns where it may not' },
  },
  prog_name: {
    purpose: 'the probe for names of programs and maps',
    refused: { consequence: 'degrades', effect: 'programs and maps get no names' },
  },
  global_data: {
    purpose: 'the probe for data sections',
    refused: { consequence: 'degrades', effect: 'data sections are not made; a program that refers to one fails' },
  },
  btf: { purpose: 'the probe for BTF', refused: { consequence: 'degrades', effect: 'no BTF is loaded' } },
  btf_func: {
    purpose: 'the probe for BTF of functions',
    refused: { consequence: 'degrades', effect: 'programs have no function and line records; callbacks fail' },
  },
  btf_global_func: kindOf('global functions'),
  btf_datasec: kindOf('data sections'),
  btf_float: kindOf('floating point types'),
  btf_decl_tag: kindOf('declaration tags'),
  btf_type_tag: kindOf('type tags'),
  btf_enum64: kindOf('64-bit enumerations'),
  btf_qmark_datasec: kindOf('data sections whose names start with ?'),
  array_mmap: {
    purpose: 'the probe for arrays that can be mapped',
    refused: { consequence: 'degrades', effect: 'data sections cannot be mapped: a skeleton cannot reach them' },
  },
  exp_attach_type: {
    purpose: 'the probe for expected_attach_type',
    refused: {
      consequence: 'degrades',
      effect: 'attach type 0 (cgroup_inet_ingress) is sent instead of the section’s',
    },
  },
  probe_read_kernel: {
    purpose: 'the probe for bpf_probe_read_kernel()',
    refused: { consequence: 'degrades', effect: 'programs call bpf_probe_read() instead' },
  },
  prog_bind_map: {
    purpose: 'the probe for BPF_PROG_BIND_MAP',
    refused: { consequence: 'harmless', effect: 'read-only data is not bound to programs that do not use it' },
  },
  bpf_cookie: {
    purpose: 'the probe for bpf_get_attach_cookie()',
    refused: { consequence: 'degrades', effect: 'LINUX_HAS_BPF_COOKIE is 0' },
  },
  uprobe_multi_link: {
    purpose: 'the probe for links to many uprobes',
    refused: { consequence: 'degrades', effect: 'a plain uprobe is used, with attach type 0' },
  },
  arg_ctx_tag: {
    purpose: 'the probe for tags of context arguments',
    refused: { consequence: 'harmless', effect: 'libbpf rewrites such arguments in BTF itself' },
  },
  ldimm64_full_range_off: {
    purpose: 'the probe for globals at the end of an arena',
    refused: { consequence: 'degrades', effect: 'globals lie at the start of the arena' },
  },
};

function kindOf(what: string): { readonly purpose: string; readonly refused: Refusal } {
  return {
    purpose: `the probe for BTF of ${what}`,
    refused: { consequence: 'degrades', effect: `${what} are replaced in the BTF that is loaded` },
  };
}

/** A probed feature: whether the kernel has it, and the call that told; undefined where an earlier feature told. */
interface ProbedFeature {
  readonly has: boolean;
  readonly step: LoadStep | undefined;
}

/**
 * Probes for features, each once for each cache, and calls that probe on their way. libbpf has two caches: one for the object, whose
 * probes carry its token, and a global one, whose probes never do. Source: libbpf 1.4 to 1.7, features.c and bpf.c.
 */
export class LibbpfFeatures<Answer extends CallAnswer> {
  readonly #session: LoadSession<Answer>;
  readonly #rules: LibbpfRules;
  readonly #caches = { none: new Map<LibbpfFeature, ProbedFeature>(), token: new Map<LibbpfFeature, ProbedFeature>() };
  /** The token that calls for the object carry. */
  readonly token: 'none' | 'token';

  constructor(session: LoadSession<Answer>, rules: LibbpfRules, token: 'none' | 'token') {
    this.#session = session;
    this.#rules = rules;
    this.token = token;
  }

  /** Whether the kernel has a feature, asked with the object's token. Source: kernel_supports(). */
  has(feature: LibbpfFeature): boolean {
    return this.#probed(feature, this.token).has;
  }

  /** The refusal that told that a feature is missing; undefined where it is there, or was never asked. */
  refusalOf(feature: LibbpfFeature): LoadStep<Answer> | undefined {
    const known = this.#caches[this.token].get(feature);
    return known && !known.has ? (known.step as LoadStep<Answer> | undefined) : undefined;
  }

  /** The probe that every load starts with. Source: bump_rlimit_memlock(). */
  probeMemoryAccounting(): void {
    this.#probed('memcg_account', 'none');
  }

  /** Makes a map; one that has a name asks first whether names are known. Source: bpf_map_create(). */
  mapCreate(
    call: Omit<Extract<LoaderCall, { cmd: 'map_create' }>, 'cmd'>,
    isNamed: boolean,
    purpose: string,
    refused: Refusal,
  ): LoadStep<Answer> {
    if (isNamed) this.#probed('prog_name', 'none');
    return this.#session.send({ cmd: 'map_create', ...call }, purpose, refused);
  }

  /** Loads a program; one that has a name asks first whether names are known. Source: bpf_prog_load(). */
  progLoad(
    call: Omit<ProgramLoad, 'cmd'>,
    isNamed: boolean,
    purpose: string,
    refused: Refusal,
    wanted?: 'EINVAL',
  ): LoadStep<Answer> {
    if (isNamed) this.#probed('prog_name', 'none');
    return this.#session.send({ cmd: 'prog_load', ...call }, purpose, refused, wanted);
  }

  /** Loads the two instructions that every load begins with, or a probe's own. */
  trivialLoad(type: number, purpose: string, refused: Refusal): LoadStep<Answer> {
    return this.progLoad({ type, attachType: 0, token: this.token, program: TRIVIAL_PROGRAM }, false, purpose, refused);
  }

  #probed(feature: LibbpfFeature, token: 'none' | 'token'): ProbedFeature {
    const cache = this.#caches[token];
    const known = cache.get(feature);
    if (known) return known;
    const made = this.#probe(feature, token);
    cache.set(feature, made);
    return made;
  }

  #probe(feature: LibbpfFeature, token: 'none' | 'token'): ProbedFeature {
    const { purpose, refused } = this.#textOf(feature);
    const of = (step: LoadStep): ProbedFeature => ({ has: succeeded(step), step });
    const load = (type: number, attachType = 0, program: Partial<SentProgram> = {}, isNamed = false) =>
      this.progLoad(
        { type, attachType, token, program: { ...TRIVIAL_PROGRAM, ...program } },
        isNamed,
        purpose,
        refused,
      );
    const array = (flags = 0) =>
      this.mapCreate({ type: MAP.array, flags, token, hasBtf: false, map: undefined }, true, purpose, refused);
    switch (feature) {
      case 'memcg_account':
        return of(load(PROG.socket_filter, 0, { helpers: [HELPER.ktime_get_coarse_ns] }));
      case 'prog_name': {
        const given: CallToken = token === 'token' && this.#rules.isNameProbeShort ? 'descriptor_0' : token;
        const call = { type: PROG.socket_filter, attachType: 0, token: given, program: TRIVIAL_PROGRAM };
        return of(this.progLoad(call, false, purpose, refused));
      }
      case 'global_data': {
        const map = array();
        return succeeded(map) ? of(load(PROG.socket_filter, 0, { instructionCount: 5 })) : of(map);
      }
      case 'array_mmap':
        return of(array(BPF_F_MMAPABLE));
      case 'exp_attach_type':
        return of(load(PROG.cgroup_sock, ATTACH.cgroup_inet_sock_create));
      case 'probe_read_kernel':
        return of(load(PROG.tracepoint, 0, { helpers: [HELPER.probe_read_kernel], instructionCount: 6 }));
      case 'bpf_cookie':
        return of(load(PROG.tracepoint, 0, { helpers: [HELPER.get_attach_cookie] }));
      case 'prog_bind_map': {
        const map = array();
        if (!succeeded(map)) return of(map);
        const program = load(PROG.socket_filter);
        return succeeded(program) ? of(this.#session.send(plain('prog_bind_map'), purpose, refused)) : of(program);
      }
      case 'uprobe_multi_link': {
        const program = load(PROG.kprobe, ATTACH.trace_uprobe_multi);
        if (!succeeded(program)) return of(program);
        // The first is to fail because / is no file, the second because no process has the number -1.
        const first = this.#session.send({ ...plain('link_create'), endsIn: 'EBADF' }, purpose, refused, 'EBADF');
        if (first.answer.errno !== 'EBADF') return { has: false, step: first };
        const second = this.#session.send({ ...plain('link_create'), endsIn: 'EINVAL' }, purpose, refused, 'EINVAL');
        return { has: second.answer.errno === 'EINVAL', step: second };
      }
      case 'arg_ctx_tag': {
        const btf = this.#session.send({ cmd: 'btf_load', token }, purpose, refused);
        if (!succeeded(btf)) return of(btf);
        const program = { helpers: [HELPER.get_func_ip], instructionCount: 4, liberties: ['function_calls'] as const };
        return of(load(PROG.kprobe, 0, program, true));
      }
      case 'ldimm64_full_range_off': {
        const map = array();
        if (!succeeded(map)) return of(map);
        const program = { ...TRIVIAL_PROGRAM, instructionCount: 3 };
        const call = { type: PROG.socket_filter, attachType: 0, token, program, endsIn: 'EINVAL' };
        this.progLoad(call, true, purpose, refused, 'EINVAL');
        // Again with a log, whose text tells: bpf_prog_load() with a buffer and log_level 0.
        return { has: false, step: this.progLoad(call, false, purpose, refused, 'EINVAL') };
      }
      default:
        return of(this.#session.send({ cmd: 'btf_load', token }, purpose, refused));
    }
  }

  #textOf(feature: LibbpfFeature): { readonly purpose: string; readonly refused: Refusal } {
    if (feature !== 'exp_attach_type' || !this.#rules.keepsAttachType) return FEATURES[feature];
    const effect = 'this release sends the section’s attach type all the same';
    return { purpose: FEATURES[feature].purpose, refused: { consequence: 'harmless', effect } };
  }
}

function plain(cmd: 'prog_bind_map' | 'link_create') {
  return { cmd, of: undefined } as const;
}
