import { type Cred, initialUserns } from '../capability.js';
import type { KernelContext } from '../context.js';
import type { BpfToken } from '../token.js';
import { bpfTokenCapable, type Capable } from '../token_checks.js';
import type { Trace } from '../trace.js';
import type { CapabilityRule } from './capability_rule.js';
import { LIBERTY_NAMES, LIBERTY_RULES, type LibertyName, type LibertyRule, libertyCaps } from './liberties.js';
import { absentHelper, type HelperRule, type ProgramKind, type ProgramRules, programRules } from './program_rules.js';
import type { CapabilityAsked, HelperRefusal } from './withheld.js';

/** A capability that the verifier asks for, and the answer. */
export interface AskedCapability extends CapabilityAsked {
  readonly answer: Capable;
}

/** Whether a program may call a helper. */
export interface HelperPermission {
  readonly helper: HelperRule;
  /** Undefined where it may. */
  readonly refusal: HelperRefusal | undefined;
  /** The capabilities that decided it, in the kernel's order, up to the first that is missing. */
  readonly asked: readonly AskedCapability[];
}

/** Whether the verifier grants a liberty. */
export interface LibertyPermission {
  readonly name: LibertyName;
  readonly rule: LibertyRule;
  readonly granted: boolean;
  readonly asked: readonly AskedCapability[];
}

/** What a program may do once it is loaded. */
export interface ProgramPermissions {
  /** The release and the target whose answers these are. */
  readonly release: string;
  readonly target: string | undefined;
  readonly helpers: readonly HelperPermission[];
  readonly liberties: readonly LibertyPermission[];
}

/** A program that is loaded, or is to be. */
export interface LoadedProgram extends ProgramKind {
  /** The token that it keeps: that of its PROG_LOAD where it counted, else null. */
  readonly token: BpfToken | null;
  readonly isGpl: boolean;
}

/** The verifier's answers for one program, by its own token. Each capability is asked once, as the verifier's flags do. */
export interface ProgramVerifier {
  /** Undefined for a type that no recorded kernel loads: it is offered no helper. */
  readonly rules: ProgramRules | undefined;
  /** Whether the program may call a helper, by its number. */
  helper(id: number): HelperPermission;
  liberty(name: LibertyName): LibertyPermission;
}

/**
 * Answers for a program what the verifier asks: helpers and liberties.
 * Source: the get_func_proto() of each type, bpf_check(), and recordings of what kernels answer.
 */
export function programVerifier(
  kernel: KernelContext,
  cred: Cred,
  program: LoadedProgram,
  trace?: Trace,
): ProgramVerifier {
  const rules = programRules(kernel.profile, program);
  const ask = asker(kernel, cred, program.token, trace);
  return {
    rules,
    helper: (id) => helperPermission(rules?.helpers[id - 1] ?? absentHelper(id), program, ask),
    liberty: (name) => libertyGranted(kernel, name, program, ask),
  };
}

/** All that the verifier offers a program. Undefined for a type that no recorded kernel loads. */
export function programPermissions(
  kernel: KernelContext,
  cred: Cred,
  program: LoadedProgram,
  trace?: Trace,
): ProgramPermissions | undefined {
  const { rules, helper, liberty } = programVerifier(kernel, cred, program, trace);
  if (!rules) return undefined;
  return {
    release: rules.release,
    target: rules.target,
    helpers: rules.helpers.map(({ id }) => helper(id)),
    liberties: LIBERTY_NAMES.map(liberty),
  };
}

function libertyGranted(
  { profile, hasMitigations }: KernelContext,
  name: LibertyName,
  { progType }: LoadedProgram,
  ask: Ask,
): LibertyPermission {
  const caps = libertyCaps(profile, hasMitigations, name, progType);
  const { holds, asked } = askAll({ caps, inInit: false }, ask);
  return { name, rule: LIBERTY_RULES[name], granted: holds, asked };
}

type Ask = (cap: number, inInit: boolean) => AskedCapability;

/** Remembers each answer. */
function asker(kernel: KernelContext, cred: Cred, token: BpfToken | null, trace: Trace | undefined): Ask {
  const known = new Map<string, AskedCapability>();
  return (cap, inInit) => {
    const own = inInit ? null : token;
    const key = `${cap} ${own === null}`;
    const before = known.get(key);
    if (before) return before;
    const answer = bpfTokenCapable(kernel, cred, own, cap, trace);
    const userns = (own?.userns ?? initialUserns(cred.userns)).name;
    const asked = { cap, userns, inInit, answer };
    known.set(key, asked);
    return asked;
  };
}

function askAll(
  rule: CapabilityRule,
  ask: Ask,
): { readonly holds: boolean; readonly asked: readonly AskedCapability[] } {
  const asked: AskedCapability[] = [];
  for (const cap of rule.caps) {
    const one = ask(cap, rule.inInit);
    asked.push(one);
    if (one.answer !== 'yes') return { holds: false, asked };
  }
  return { holds: true, asked };
}

function helperPermission(
  helper: HelperRule,
  { isGpl, isSleepable = false }: LoadedProgram,
  ask: Ask,
): HelperPermission {
  if (helper.rule.never) return { helper, refusal: 'not_of_this_type', asked: [] };
  const { holds, asked } = askAll(helper.rule, ask);
  // In the order of check_helper_call().
  const refusal = !holds
    ? 'capability'
    : helper.needsGpl && !isGpl
      ? 'needs_gpl'
      : helper.isDisallowed
        ? 'target_disallows'
        : helper.mightSleep && !isSleepable
          ? 'might_sleep'
          : undefined;
  return { helper, refusal, asked };
}
