import { ERRNO } from '../../abi/errno.js';
import { Outcome } from '../../abi/verdict.js';
import { type Cred, capName } from '../capability.js';
import type { KernelContext } from '../context.js';
import type { Trace } from '../trace.js';
import { libertyErrno } from './liberties.js';
import type { ProgramNeeds } from './program_needs.js';
import { type AskedCapability, type LoadedProgram, programVerifier } from './program_permissions.js';
import type { HelperRefusal, Withheld } from './withheld.js';

/**
 * Checks what a program needs against what the verifier permits, helpers first, each in the order given: 0, or a negated errno. The
 * kernel meets them in the order of the program's instructions, which a request does not say.
 * Source: check_helper_call(), and the functions that LIBERTY_RULES names.
 */
export function checkProgram(
  kernel: KernelContext,
  cred: Cred,
  program: LoadedProgram,
  needs: ProgramNeeds,
  trace?: Trace,
): number {
  const withheld = firstWithheld(kernel, cred, program, needs, trace);
  if (!withheld) return 0;
  const { kind, missing, errno } = withheld;
  if (trace) {
    trace.withheld = withheld;
    trace.capability = missing?.cap ?? null;
  }
  const outcome = kind === 'helper' ? Outcome.HELPER_NOT_OFFERED : Outcome.LIBERTY_NOT_GRANTED;
  return trace?.refuse(outcome, ERRNO[errno]) ?? -ERRNO[errno];
}

function firstWithheld(
  kernel: KernelContext,
  cred: Cred,
  program: LoadedProgram,
  { helpers, liberties }: ProgramNeeds,
  trace: Trace | undefined,
): Withheld | undefined {
  const verifier = programVerifier(kernel, cred, program, trace);
  const typeName = kernel.profile.vocabulary.nameOf('prog_types', program.progType);
  for (const id of helpers) {
    const { helper, refusal, asked } = verifier.helper(id);
    const { name } = helper;
    trace?.step('check_helper_call', refusal === undefined, () =>
      refusal === undefined
        ? `${typeName} programs may call ${name}`
        : `${typeName} programs may not call ${name}: ${refusalText(refusal, asked)}`,
    );
    if (refusal) return { kind: 'helper', name, refusal, ...missingOf(refusal, asked), errno: 'EINVAL' };
  }
  for (const name of liberties) {
    const { granted, asked, rule } = verifier.liberty(name);
    trace?.step(rule.source.replace(/\(\).*$/, ''), granted, () =>
      granted ? `${name} (${rule.about})` : `no ${name} (${rule.about}): ${refusalText('capability', asked)}`,
    );
    const missing = asked.at(-1);
    if (!granted && missing) {
      return { kind: 'liberty', name, refusal: 'capability', missing, errno: libertyErrno(rule, missing.cap) };
    }
  }
  return undefined;
}

function missingOf(refusal: HelperRefusal, asked: readonly AskedCapability[]): { readonly missing?: AskedCapability } {
  const missing = asked.at(-1);
  return refusal === 'capability' && missing ? { missing } : {};
}

/** Why a helper is not offered, in words. */
function refusalText(refusal: HelperRefusal, asked: readonly AskedCapability[]): string {
  const missing = asked.at(-1);
  switch (refusal) {
    case 'not_of_this_type':
      return 'programs of this type are never offered it';
    case 'capability':
      return missing ? `${capName(missing.cap)} is missing in ${missing.userns}` : 'a capability is missing';
    case 'needs_gpl':
      return 'it is for programs under the GPL';
    case 'might_sleep':
      return 'it sleeps, and the program may not';
    case 'target_disallows':
      return 'what the program attaches to disallows it';
  }
}
