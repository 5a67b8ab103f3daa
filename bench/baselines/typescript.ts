import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import type { Columns } from '../../src/engine/columns.js';
import { attachTypeFits, fixupAttachType } from '../../src/kernel/attach_types.js';
import { mapTypeCapability } from '../../src/kernel/map_types.js';
import { isLoadableProgType, progTypeNeeds } from '../../src/kernel/prog_types.js';
import { NO_TOKEN, type World } from '../../src/kernel/world.js';
import { levelsOf } from '../world.js';

const BPF = 1;
const NET_ADMIN = 2;
const PERFMON = 4;
const SYS_ADMIN = 8;
const CAP_BIT: ReadonlyMap<number, number> = new Map([
  [CAP_BPF, BPF],
  [CAP_NET_ADMIN, NET_ADMIN],
  [CAP_PERFMON, PERFMON],
  [CAP_SYS_ADMIN, SYS_ADMIN],
]);
const UNKNOWN = 255;
const NUMBERS = 256;
const MAXINSNS = 4096;
const COMPLEXITY_LIMIT_INSNS = 1_000_000;

/** 64-bit masks as their two halves. */
class Masks {
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;

  constructor(masks: readonly bigint[]) {
    this.#low = Uint32Array.from(masks, (mask) => Number(BigInt.asUintN(32, mask)));
    this.#high = Uint32Array.from(masks, (mask) => Number(BigInt.asUintN(32, mask >> 32n)));
  }

  has(index: number, bit: number): boolean {
    const half = (bit < 32 ? this.#low[index] : this.#high[index]) as number;
    return ((half >>> (bit & 31)) & 1) !== 0;
  }
}

/**
 * The same decisions as a plain loop over typed arrays, in TypeScript without WebAssembly: MAP_CREATE, PROG_LOAD and BTF_LOAD,
 * only allow or deny, no LSM. A baseline of the benchmark.
 */
export class TypeScriptBaseline {
  readonly #sysctl: boolean;
  readonly #ownUserns: boolean;
  readonly #fallsBack: boolean;
  readonly #parent: Uint16Array;
  readonly #level: Uint8Array;
  readonly #owner: Uint32Array;
  readonly #taskUserns: Uint16Array;
  readonly #taskEuid: Uint32Array;
  readonly #taskCaps: Uint8Array;
  readonly #tokenUserns: Uint16Array;
  readonly #cmds: Masks;
  readonly #maps: Masks;
  readonly #progs: Masks;
  readonly #attachs: Masks;
  readonly #mapCreate: number;
  readonly #progLoad: number;
  readonly #btfLoad: number;
  readonly #mapTypes: number;
  readonly #progTypes: number;
  readonly #attachTypes: number;
  /** The capability that a map type requires: 0 for none, UNKNOWN for a type that does not exist. */
  readonly #mapAsks = new Uint8Array(NUMBERS);
  /** The capabilities that a program type requires. */
  readonly #progAsks = new Uint8Array(NUMBERS);
  readonly #progLoadable = new Uint8Array(NUMBERS);
  readonly #zeroMeans = new Uint8Array(NUMBERS);
  /** 1 where program type * 256 + attach type fit each other. */
  readonly #fits = new Uint8Array(NUMBERS * NUMBERS);

  constructor({ profile, unprivilegedBpfDisabled, userns, tasks, tokens }: World) {
    const { vocabulary, rules } = profile;
    this.#sysctl = unprivilegedBpfDisabled !== 0;
    this.#ownUserns = rules.token_needs_own_userns;
    this.#fallsBack = rules.token_falls_back_to_init;
    this.#parent = Uint16Array.from(userns, ({ parent }) => parent);
    this.#level = Uint8Array.from(levelsOf(userns));
    this.#owner = Uint32Array.from(userns, ({ owner }) => owner);
    this.#taskUserns = Uint16Array.from(tasks, (task) => task.userns);
    this.#taskEuid = Uint32Array.from(tasks, ({ euid }) => euid);
    this.#taskCaps = Uint8Array.from(tasks, ({ effective }) => capBits(effective));
    this.#tokenUserns = Uint16Array.from(tokens, (token) => token.userns);
    this.#cmds = new Masks(tokens.map(({ allowed }) => allowed.cmds));
    this.#maps = new Masks(tokens.map(({ allowed }) => allowed.maps));
    this.#progs = new Masks(tokens.map(({ allowed }) => allowed.progs));
    this.#attachs = new Masks(tokens.map(({ allowed }) => allowed.attachs));
    this.#mapCreate = vocabulary.require('cmds', 'map_create');
    this.#progLoad = vocabulary.require('cmds', 'prog_load');
    this.#btfLoad = vocabulary.require('cmds', 'btf_load');
    this.#mapTypes = vocabulary.count.map_types;
    this.#progTypes = vocabulary.count.prog_types;
    this.#attachTypes = vocabulary.count.attach_types;
    for (let type = 0; type < NUMBERS; type++) {
      const asks = mapTypeCapability(vocabulary, type);
      this.#mapAsks[type] = asks === undefined ? UNKNOWN : asks === null ? 0 : (CAP_BIT.get(asks) as number);
      const { unprivileged, netAdmin, perfmon } = progTypeNeeds(vocabulary, type);
      this.#progAsks[type] = (unprivileged ? 0 : BPF) | (netAdmin ? NET_ADMIN : 0) | (perfmon ? PERFMON : 0);
      this.#progLoadable[type] = isLoadableProgType(vocabulary, type) ? 1 : 0;
      this.#zeroMeans[type] = fixupAttachType(vocabulary, type, 0);
      for (let attach = 0; attach < NUMBERS; attach++) {
        this.#fits[type * NUMBERS + attach] = attachTypeFits(vocabulary, type, attach) ? 1 : 0;
      }
    }
  }

  /** Writes 1 for every allowed row, 0 for every other. */
  decideBatch(columns: Columns, allowed: Uint8Array): void {
    const { task, token, cmd, type, attachType, insnCnt } = columns;
    for (let row = 0; row < allowed.length; row++) {
      const isAllowed = this.check(
        task[row] as number,
        token[row] as number,
        cmd[row] as number,
        type[row] as number,
        attachType[row] as number,
        insnCnt?.[row] ?? 1,
      );
      allowed[row] = isAllowed ? 1 : 0;
    }
  }

  /** Whether one request is allowed. */
  check(task: number, token: number, cmd: number, type: number, attachType: number, insnCnt: number): boolean {
    if (cmd === this.#mapCreate) return this.#createMap(task, token, type);
    if (cmd === this.#progLoad) return this.#loadProg(task, token, type, attachType, insnCnt);
    if (cmd === this.#btfLoad) return this.#capable(task, this.#allowsCmd(task, token, cmd) ? token : NO_TOKEN, BPF);
    return false;
  }

  #createMap(task: number, given: number, type: number): boolean {
    const asks = this.#mapAsks[type] as number;
    if (asks === UNKNOWN) return false;
    const permits =
      this.#allowsCmd(task, given, this.#mapCreate) && type < this.#mapTypes && this.#maps.has(given, type);
    const token = permits ? given : NO_TOKEN;
    if (this.#sysctl && !this.#capable(task, token, BPF)) return false;
    return asks === 0 || this.#capable(task, token, asks);
  }

  #loadProg(task: number, given: number, type: number, givenAttachType: number, insnCnt: number): boolean {
    const attachType = givenAttachType === 0 ? (this.#zeroMeans[type] as number) : givenAttachType;
    const permits =
      this.#allowsCmd(task, given, this.#progLoad) &&
      type < this.#progTypes &&
      attachType < this.#attachTypes &&
      this.#progs.has(given, type) &&
      this.#attachs.has(given, attachType);
    const token = permits ? given : NO_TOKEN;
    const bpf = this.#capable(task, token, BPF);
    if (this.#sysctl && !bpf) return false;
    if (insnCnt === 0 || insnCnt > (bpf ? COMPLEXITY_LIMIT_INSNS : MAXINSNS)) return false;
    const asks = this.#progAsks[type] as number;
    if ((asks & BPF) !== 0 && !bpf) return false;
    if ((asks & NET_ADMIN) !== 0 && !this.#capable(task, token, NET_ADMIN)) return false;
    if ((asks & PERFMON) !== 0 && !this.#capable(task, token, PERFMON)) return false;
    return this.#fits[type * NUMBERS + attachType] === 1 && this.#progLoadable[type] === 1;
  }

  #allowsCmd(task: number, token: number, cmd: number): boolean {
    if (token === NO_TOKEN) return false;
    if (this.#ownUserns && this.#taskUserns[task] !== this.#tokenUserns[token]) return false;
    return this.#cmds.has(token, cmd);
  }

  /** Through a token that counts, or NO_TOKEN. `cap` is one bit. */
  #capable(task: number, token: number, cap: number): boolean {
    if (token === NO_TOKEN) return this.#capableIn(task, 0, cap);
    if (this.#capableIn(task, this.#tokenUserns[token] as number, cap)) return true;
    return this.#fallsBack && this.#capableIn(task, 0, cap);
  }

  /** CAP_SYS_ADMIN implies the others. */
  #capableIn(task: number, target: number, cap: number): boolean {
    const own = this.#taskUserns[task] as number;
    const level = this.#level[own] as number;
    for (let ns = target; ; ns = this.#parent[ns] as number) {
      if (ns === own) return ((this.#taskCaps[task] as number) & (cap | SYS_ADMIN)) !== 0;
      if ((this.#level[ns] as number) <= level) return false;
      if (this.#parent[ns] === own && this.#owner[ns] === this.#taskEuid[task]) return true;
    }
  }
}

function capBits(effective: bigint): number {
  let bits = 0;
  for (const [cap, bit] of CAP_BIT) if ((effective >> BigInt(cap)) & 1n) bits |= bit;
  return bits;
}
