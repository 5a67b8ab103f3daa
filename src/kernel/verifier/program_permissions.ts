import { type Cred, initialUserns } from '../capability.js';
import type { KernelContext } from '../context.js';
import type { Profile } from '../profile.js';
import type { BpfToken } from '../token.js';
import { bpfTokenCapable, type Capable } from '../token_checks.js';
import type { Trace } from '../trace.js';
import { RELEASES, type Release } from '../vocabulary.js';
import type { CapabilityRule } from './capability_rule.js';
import { LIBERTY_NAMES, LIBERTY_RULES, type LibertyName, type LibertyRule } from './liberties.js';
import { type HelperRule, type ProgramSpec, programRules } from './program_rules.js';

/** A capability that the verifier asks for, and the answer. */
export interface AskedCapability {
  readonly cap: number;
  /** Where it was asked: the user namespace of the program's token, or the initial one. */
  readonly userns: string;
  readonly answer: Capable;
}

/** Why a helper is not offered. */
export type HelperRefusal = 'not_of_this_type' | 'capability' | 'needs_gpl' | 'might_sleep' | 'target_disallows';

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
export interface LoadedProgram extends ProgramSpec {
  /** The token that it keeps: that of its PROG_LOAD where it counted, else null. */
  readonly token: BpfToken | null;
  readonly isGpl: boolean;
  /** Whether the kernel was booted with mitigations of Spectre. */
  readonly hasMitigations: boolean;
}

/**
 * What the verifier offers a program, by its own token: helpers, and liberties. Undefined for a type that no recorded kernel loads.
 * Source: the get_func_proto() of each type, bpf_check(), and recordings of what kernels answer.
 */
export function programPermissions(
  kernel: KernelContext,
  cred: Cred,
  program: LoadedProgram,
  trace?: Trace,
): ProgramPermissions | undefined {
  const rules = programRules(kernel.profile, program);
  if (!rules) return undefined;
  const ask = asker(kernel, cred, program.token, trace);
  return {
    release: rules.release,
    target: rules.target,
    helpers: rules.helpers.map((helper) => helperPermission(helper, program, ask)),
    liberties: LIBERTY_NAMES.map((name) => libertyGranted(kernel.profile, name, program, ask)),
  };
}

/** Whether the verifier grants one liberty to a program, by its own token. */
export function libertyPermission(
  kernel: KernelContext,
  cred: Cred,
  program: LoadedProgram,
  name: LibertyName,
  trace?: Trace,
): LibertyPermission {
  return libertyGranted(kernel.profile, name, program, asker(kernel, cred, program.token, trace));
}

function libertyGranted(profile: Profile, name: LibertyName, program: LoadedProgram, ask: Ask): LibertyPermission {
  const rule: LibertyRule = LIBERTY_RULES[name];
  const ofOther =
    rule.onlyAskedOf !== undefined && program.progType !== profile.vocabulary.require('prog_types', rule.onlyAskedOf);
  if (ofOther || (rule.freeSince !== undefined && isReached(profile, rule.freeSince)))
    return { name, rule, granted: true, asked: [] };
  const caps = program.hasMitigations ? [...rule.caps, ...rule.capsForSpeculation] : rule.caps;
  const { holds, asked } = askAll({ caps, inInit: false }, ask);
  return { name, rule, granted: holds, asked };
}

/** Whether a profile is of a release or a later one. */
function isReached({ vocabulary }: Profile, release: Release): boolean {
  return RELEASES.indexOf(vocabulary.release) >= RELEASES.indexOf(release);
}

type Ask = (cap: number, inInit: boolean) => AskedCapability;

/** Asks for each capability once, as the verifier's flags do. */
function asker(kernel: KernelContext, cred: Cred, token: BpfToken | null, trace: Trace | undefined): Ask {
  const known = new Map<string, AskedCapability>();
  return (cap, inInit) => {
    const own = inInit ? null : token;
    const key = `${cap} ${own === null}`;
    const before = known.get(key);
    if (before) return before;
    const answer = bpfTokenCapable(kernel, cred, own, cap, trace);
    const userns = (own?.userns ?? initialUserns(cred.userns)).name;
    const asked = { cap, userns, answer };
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
