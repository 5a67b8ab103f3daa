import { CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import type { ErrnoName } from '../../abi/errno.js';
import * as L from '../../abi/memory_layout.js';
import { fixupAttachType } from '../../kernel/attach_types.js';
import { checkProgramNeeds } from '../../kernel/check_request.js';
import { LIBERTY_RULES, type LibertyName, libertyCaps, libertyErrno } from '../../kernel/verifier/liberties.js';
import type { ProgramNeeds } from '../../kernel/verifier/program_needs.js';
import { absentHelper, type HelperRule, type ProgramRules, programRules } from '../../kernel/verifier/program_rules.js';
import type { HelperRefusal, Withheld } from '../../kernel/verifier/withheld.js';
import type { World } from '../../kernel/world.js';

/** One helper or liberty that a program needs. */
interface Need {
  readonly kind: Withheld['kind'];
  readonly name: string;
  /** Capabilities in the order in which they are asked, each with its bit of CAPS_* or NEEDS_*. */
  readonly caps: readonly { readonly cap: number; readonly bit: number }[];
  /** CAPS_* and NEEDS_*. */
  readonly bits: number;
  /** Why it is withheld where no capability is missing. */
  readonly refusal: HelperRefusal | undefined;
  errnoWithout(cap: number | undefined): ErrnoName;
}

/** What the hot path withholds from a program, and why. */
export interface WithheldByTable extends Pick<Withheld, 'kind' | 'name' | 'refusal' | 'errno'> {
  /** The capability that is missing; absent where none would help. */
  readonly cap?: number;
}

/** What a program needs, as bits. */
export class ProgramTable {
  readonly helperNeeds: number;
  readonly libertyNeeds: number;
  readonly #needs: readonly Need[];

  constructor(
    { profile, hasMitigations = true }: Pick<World, 'profile' | 'hasMitigations'>,
    { type, attachType }: { readonly type: number; readonly attachType: number },
    program: ProgramNeeds,
  ) {
    const { target, isSleepable } = program;
    const fixed = fixupAttachType(profile.vocabulary, type, attachType);
    const rules = programRules(profile, { progType: type, attachType: fixed, target, isSleepable });
    const helpers = program.helpers.map((id) => helperNeed(helperRuleOf(rules, id), program));
    const liberties = program.liberties.map((name) =>
      libertyNeed(name, libertyCaps(profile, hasMitigations, name, type)),
    );
    this.#needs = [...helpers, ...liberties];
    this.helperNeeds = allBits(helpers);
    this.libertyNeeds = allBits(liberties);
  }

  /** The first that is withheld where some bits are missing; undefined where nothing is. */
  withheldBy(missing: number): WithheldByTable | undefined {
    const need = this.#needs.find(({ bits }) => (bits & missing) !== 0);
    if (!need) return undefined;
    const { kind, name, refusal } = need;
    const first = need.caps.find(({ bit }) => (bit & missing) !== 0);
    const errno = need.errnoWithout(first?.cap);
    if (first) return { kind, name, refusal: 'capability', cap: first.cap, errno };
    return { kind, name, refusal: refusal ?? 'capability', errno };
  }
}

/** The tables of programs of one world, made when they are first asked for. */
export class ProgramTables {
  readonly #world: Pick<World, 'profile' | 'hasMitigations'>;
  readonly #tables = new WeakMap<ProgramNeeds, Map<string, ProgramTable>>();

  constructor(world: Pick<World, 'profile' | 'hasMitigations'>) {
    this.#world = world;
  }

  /** Throws an InvalidRequestError for what is no program. */
  require(program: ProgramNeeds): void {
    this.#tablesOf(program);
  }

  /** `attachType` is the one that the loader sends. Throws as require() does. */
  tableOf(program: ProgramNeeds, type: number, attachType: number): ProgramTable {
    const own = this.#tablesOf(program);
    const key = `${type} ${attachType}`;
    const table = own.get(key) ?? new ProgramTable(this.#world, { type, attachType }, program);
    own.set(key, table);
    return table;
  }

  /** A program that was met before is right. */
  #tablesOf(program: ProgramNeeds): Map<string, ProgramTable> {
    const known = this.#tables.get(program);
    if (known) return known;
    checkProgramNeeds(program);
    const tables = new Map<string, ProgramTable>();
    this.#tables.set(program, tables);
    return tables;
  }
}

function helperRuleOf(rules: ProgramRules | undefined, id: number): HelperRule {
  return rules?.helpers[id - 1] ?? absentHelper(id);
}

function helperNeed({ name, rule, needsGpl, isDisallowed, mightSleep }: HelperRule, program: ProgramNeeds): Need {
  const refusal = rule.never
    ? 'not_of_this_type'
    : needsGpl && !program.isGpl
      ? 'needs_gpl'
      : isDisallowed
        ? 'target_disallows'
        : mightSleep && !program.isSleepable
          ? 'might_sleep'
          : undefined;
  const caps = rule.never
    ? []
    : rule.caps.map((cap) => ({ cap, bit: rule.inInit ? L.NEEDS_INIT_SYS_ADMIN : bitOf(cap) }));
  return { kind: 'helper', name, caps, bits: bitsOf(caps, refusal), refusal, errnoWithout: () => 'EINVAL' };
}

function libertyNeed(name: LibertyName, asked: readonly number[]): Need {
  const caps = asked.map((cap) => ({ cap, bit: bitOf(cap) }));
  const errnoWithout = (cap: number | undefined) => libertyErrno(LIBERTY_RULES[name], cap ?? CAP_BPF);
  return { kind: 'liberty', name, caps, bits: bitsOf(caps, undefined), refusal: undefined, errnoWithout };
}

function bitOf(cap: number): number {
  switch (cap) {
    case CAP_BPF:
      return L.CAPS_BPF;
    case CAP_PERFMON:
      return L.CAPS_PERFMON;
    case CAP_SYS_ADMIN:
      return L.CAPS_SYS_ADMIN;
    default:
      return L.CAPS_NET_ADMIN;
  }
}

function bitsOf(caps: Need['caps'], refusal: HelperRefusal | undefined): number {
  return caps.reduce((bits, { bit }) => bits | bit, refusal === undefined ? 0 : L.NEEDS_IMPOSSIBLE);
}

function allBits(needs: readonly Need[]): number {
  return needs.reduce((all, { bits }) => all | bits, 0);
}
