import { CAP_FULL_SET } from '../../abi/capabilities.js';
import { resolveCapability } from '../../names/spelling.js';
import { fieldsOf } from './clone_flags.js';
import { afterCapset, type CapabilitySets, type LogCredentials, withEuid } from './credentials.js';
import type { LoggedCall } from './log_events.js';
import type { LoggedField, LoggedValue } from './logged_value.js';
import { bigNumber, fieldOf, numberOf } from './numbers.js';

/** The credentials of a process after a call that succeeded and may change them. */
export function afterCredentialCall(cred: LogCredentials, { name, args }: LoggedCall): LogCredentials {
  switch (name) {
    case 'setuid':
      return changedEuid(cred, args[0]);
    case 'setreuid':
    case 'setresuid':
      return changedEuid(cred, args[1]);
    case 'capset':
      return capset(cred, args[1]);
    case 'prctl':
      return prctl(cred, args);
    default:
      return cred;
  }
}

/** -1 leaves it as it is. */
function changedEuid(cred: LogCredentials, field: LoggedField | undefined): LogCredentials {
  const euid = numberOf(field?.value);
  return euid === undefined || euid < 0 || euid >= 0xffff_ffff ? cred : withEuid(cred, euid);
}

/** `capset({…}, {effective=1<<CAP_BPF|1<<CAP_PERFMON, permitted=…, inheritable=0})`. */
function capset(cred: LogCredentials, field: LoggedField | undefined): LogCredentials {
  const sets = fieldsOf(field);
  const [effective, permitted, inheritable] = ['effective', 'permitted', 'inheritable'].map((name) =>
    loggedCapabilities(fieldOf(sets, name)),
  );
  if (effective === undefined || permitted === undefined || inheritable === undefined) return cred;
  return afterCapset(cred, { effective, permitted, inheritable } satisfies CapabilitySets);
}

/** Capabilities as strace prints them: `1<<CAP_BPF|1<<CAP_PERFMON`, a number of 64 bits, or numbers among names. */
export function loggedCapabilities(value: LoggedValue | undefined): bigint | undefined {
  if (value?.kind !== 'word') return undefined;
  let set = 0n;
  for (const word of value.word.split('|')) {
    const name = /^1 ?<< ?(\w{1,40})$/.exec(word.trim())?.[1];
    const cap = name === undefined ? undefined : resolveCapability(name);
    const bits = cap === undefined ? bigNumber(word.trim()) : 1n << BigInt(cap);
    if (bits === undefined) return undefined;
    set |= bits;
  }
  return set & CAP_FULL_SET;
}

function prctl(cred: LogCredentials, args: readonly LoggedField[]): LogCredentials {
  const option = args[0]?.value.kind === 'word' ? args[0].value.word : '';
  const second = args[1]?.value;
  switch (option) {
    case 'PR_SET_KEEPCAPS':
      return { ...cred, keepsCaps: numberOf(second) === 1 };
    case 'PR_CAPBSET_DROP': {
      const cap = capabilityOf(second);
      return cap === undefined ? cred : { ...cred, bounding: cred.bounding & ~(1n << BigInt(cap)) };
    }
    case 'PR_CAP_AMBIENT':
      return ambient(cred, second, capabilityOf(args[2]?.value));
    default:
      return cred;
  }
}

function ambient(cred: LogCredentials, what: LoggedValue | undefined, cap: number | undefined): LogCredentials {
  const word = what?.kind === 'word' ? what.word : '';
  if (word === 'PR_CAP_AMBIENT_CLEAR_ALL') return { ...cred, ambient: 0n };
  if (cap === undefined) return cred;
  const bit = 1n << BigInt(cap);
  if (word === 'PR_CAP_AMBIENT_RAISE') return { ...cred, ambient: cred.ambient | bit };
  return word === 'PR_CAP_AMBIENT_LOWER' ? { ...cred, ambient: cred.ambient & ~bit } : cred;
}

function capabilityOf(value: LoggedValue | undefined): number | undefined {
  return value?.kind === 'word' ? resolveCapability(value.word) : undefined;
}
