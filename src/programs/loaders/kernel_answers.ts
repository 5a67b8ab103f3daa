import { ERRNO, type ErrnoName, errnoName } from '../../abi/errno.js';
import { Fault } from '../../abi/verdict.js';
import { Model } from '../../kernel/model.js';
import { Trace } from '../../kernel/trace.js';
import { LIBERTY_RULES, type LibertyName } from '../../kernel/verifier/liberties.js';
import type { Withheld } from '../../kernel/verifier/withheld.js';
import { NO_TOKEN, type Request, requestOf, type TokenSpec, type World } from '../../kernel/world.js';
import type { CallAnswer } from './load_session.js';
import type { CallToken, LoaderCall, MapCreation, ProgramLoad } from './loader_call.js';
import { DEFAULT_BPFFS_PATH } from './loader_setup.js';
import { MAP } from './numbers.js';

/** Where a call is refused: by its permission, before by its attributes or the file it names, after by the verifier. */
export type RefusedBy = 'file' | 'attributes' | 'permission' | 'verifier';

/** What a kernel answers to a call, and what it was asked. */
export interface ModelledAnswer extends CallAnswer {
  /** Undefined where it succeeds. */
  readonly refusedBy: RefusedBy | undefined;
  /** The call as a request of `world`; undefined for calls that ask no permission. */
  readonly request: Request | undefined;
  /** What the verifier or the attributes lack, in words; undefined where the permission decided. */
  readonly because: string | undefined;
}

/** A process of a world, as a loader runs in it. */
export interface LoadingProcess {
  /** Index of the task. */
  readonly task: number;
  /** The bpffs of the world that is mounted at each path, by index. */
  readonly mounts: ReadonlyMap<string, number>;
}

const ALLOWED = { errno: null, refusedBy: undefined, because: undefined } as const;

/** Answers the calls of a loader as the model of the kernel does. */
export class KernelAnswers {
  /** The world that is asked, with the tokens that the loader can make after its own: requests of answers are of it. */
  readonly world: World;
  readonly #process: LoadingProcess;
  readonly #model: Model;
  /** The id that the token of each bpffs has. */
  readonly #tokenOf: ReadonlyMap<number, number>;
  #token = NO_TOKEN;

  /** Throws as new Model() does. */
  constructor(world: World, process: LoadingProcess) {
    const instances = [...new Set(process.mounts.values())];
    const tokens = instances.map((index): TokenSpec => {
      const { name, userns, options, denials } = at(world.bpffs, index);
      return { name: `${name}-token`, userns, allowed: options.delegate, denials, bpffs: index };
    });
    this.world = { ...world, tokens: [...world.tokens, ...tokens] };
    this.#process = process;
    this.#model = new Model(this.world);
    this.#tokenOf = new Map(instances.map((index, i) => [index, world.tokens.length + i]));
  }

  /** The answer to a call; a token that is made is what later calls carry. */
  answer(call: LoaderCall): ModelledAnswer {
    switch (call.cmd) {
      case 'open':
        return this.#open(call.path);
      case 'token_create':
        return this.#tokenCreate(call.path);
      case 'map_create':
        return this.#mapCreate(call);
      case 'prog_load':
        return this.#progLoad(call);
      case 'btf_load':
        return this.#ask(this.#request('btf_load', call.token, {}));
      default: {
        const tellsNothing = call.cmd === 'obj_get_info_by_fd' && !this.world.profile.rules.token_info;
        const errno = (call.endsIn ?? (tellsNothing ? 'EINVAL' : null)) as ErrnoName | null;
        if (errno === null) return { ...ALLOWED, request: undefined };
        return { errno, refusedBy: 'file', request: undefined, because: undefined };
      }
    }
  }

  /** The token that calls of `token` carry; NO_TOKEN before one is made. */
  get token(): number {
    return this.#token;
  }

  /** A directory is there where a bpffs is mounted, and at the usual place. */
  #open(path: string): ModelledAnswer {
    const isThere = path === DEFAULT_BPFFS_PATH || this.#process.mounts.has(path);
    if (isThere) return { ...ALLOWED, request: undefined };
    return { errno: 'ENOENT', refusedBy: 'file', request: undefined, because: `no bpffs is mounted at ${path}` };
  }

  #tokenCreate(path: string): ModelledAnswer {
    const bpffs = this.#process.mounts.get(path);
    if (bpffs === undefined) {
      return { errno: 'EINVAL', refusedBy: 'file', request: undefined, because: `no bpffs is mounted at ${path}` };
    }
    const answer = this.#ask(this.#request('token_create', 'none', { bpffs }));
    if (answer.errno === null) this.#token = this.#tokenOf.get(bpffs) ?? NO_TOKEN;
    return answer;
  }

  #mapCreate({ type, flags, token, hasBtf, map }: MapCreation): ModelledAnswer {
    const wrong = wrongAttributes(type, hasBtf, map);
    const fields = { type, ...(wrong ? { pre: Fault.ATTR_EINVAL } : {}), ...(flags === 0 ? {} : { mapFlags: flags }) };
    const answer = this.#ask(this.#request('map_create', token, fields));
    if (wrong) return { ...answer, refusedBy: 'attributes', because: wrong };
    if (!hasBtf || answer.errno !== null || !TAKES_NO_BTF.has(type)) return answer;
    return { ...answer, errno: 'ENOTSUPP', refusedBy: 'attributes', because: 'maps of this type have no BTF types' };
  }

  #progLoad({ type, attachType, token, program, endsIn }: ProgramLoad): ModelledAnswer {
    const request = this.#request('prog_load', token, { type, attachType, insnCnt: program.instructionCount });
    const answer = this.#ask(request);
    if (answer.errno !== null) return answer;
    const [lack] = program.lacks;
    const refused = { refusedBy: 'verifier', request } as const;
    if (lack) return { ...refused, errno: 'EINVAL', because: LACKS[lack.what](lack.name) };
    const trace = new Trace();
    const verified = { ...request, program };
    const withProgram = this.#ask(verified, trace);
    const { withheld } = trace;
    if (withheld) return { ...withProgram, refusedBy: 'verifier', because: describeWithheld(withheld) };
    return endsIn === undefined
      ? withProgram
      : { ...refused, errno: endsIn as ErrnoName, because: 'it is made to fail' };
  }

  #request(cmd: string, token: CallToken, fields: Partial<Request>): Request {
    const given = token === 'token' ? this.#token : NO_TOKEN;
    const pre = token === 'descriptor_0' ? { pre: Fault.TOKEN_EINVAL } : {};
    const number = this.world.profile.vocabulary.valueOf('cmds', cmd) ?? 0xffff;
    return requestOf({ task: this.#process.task, cmd: number, token: given, ...pre, ...fields });
  }

  #ask(request: Request, trace: Trace = new Trace()): ModelledAnswer {
    const returned = this.#model.call(request, trace);
    if (returned >= 0) return { ...ALLOWED, request };
    const errno = errnoName(returned);
    // A security module answers BPF_TOKEN_CREATE with an errno of its own.
    const known = (errno in ERRNO ? errno : 'EPERM') as ErrnoName;
    return { errno: known, refusedBy: 'permission', request, because: undefined };
  }
}

const MAPS_OF_MAPS = new Set<number>([MAP.array_of_maps, MAP.hash_of_maps]);
/** What of BTF is refused before the token is looked at; undefined for nothing. Source: map_create(), bpf_local_storage_map_alloc_check(). */
function wrongAttributes(type: number, hasBtf: boolean, map: MapCreation['map']): string | undefined {
  if (hasBtf && MAPS_OF_MAPS.has(type)) return 'a type of keys is given without one of values';
  const lacksBtf = !hasBtf && map?.btfNeeds.includes('local_storage') === true;
  return lacksBtf ? 'a map of local storage needs BTF types of its keys and values' : undefined;
}

/** Types whose maps may have no BTF types of keys and values: map_check_no_btf(), kernel/bpf/syscall.c. */
const TAKES_NO_BTF = new Set<number>([
  MAP.perf_event_array,
  MAP.cgroup_array,
  MAP.stack_trace,
  MAP.devmap,
  MAP.devmap_hash,
  MAP.cpumap,
  MAP.xskmap,
  MAP.sockmap,
  MAP.sockhash,
  MAP.queue,
  MAP.stack,
]);

const LACKS: Readonly<Record<'func_info' | 'map' | 'map_btf', (name: string) => string>> = {
  func_info: (name) => `${name} passes callbacks, which need the object's BTF: it was not loaded`,
  map: (name) => `it refers to map ${name}, which was not made`,
  map_btf: (name) => `it uses a field of map ${name} that the kernel finds by BTF: the map has none`,
};

const REFUSALS = {
  not_of_this_type: 'not to programs of this type',
  capability: 'a capability is missing',
  needs_gpl: 'only to programs under the GPL',
  might_sleep: 'only to programs that sleep',
  target_disallows: 'not for what it attaches to',
} as const;

function describeWithheld({ kind, name, refusal }: Withheld): string {
  if (kind === 'helper') return `bpf_${name}() is not offered to it: ${REFUSALS[refusal]}`;
  return `it may not have ${LIBERTY_RULES[name as LibertyName].about}`;
}

function at<T>(rows: readonly T[], index: number): T {
  const row = rows[index];
  if (row === undefined) throw new RangeError(`no row ${index} of ${rows.length}`);
  return row;
}
