import { bitNumbers } from '../../abi/bits.js';
import { capName } from '../../kernel/capability.js';
import type { Profile } from '../../kernel/profile.js';
import type { Evidence } from './evidence.js';
import type { ExplainedCall, ExplainedMountCall, LogAssumption, LogOptions } from './log_explanation.js';
import type { LogState } from './log_state.js';

export interface AssumptionSources {
  readonly profile: Profile;
  readonly given: LogOptions;
  /** The kernel that the log names. */
  readonly named: string | undefined;
  readonly evidence: Evidence;
  readonly calls: readonly ExplainedCall[];
  readonly mountCalls: readonly ExplainedMountCall[];
  readonly state: LogState;
}

/** Everything that was taken for what the log does not show, in words. */
export function logAssumptions(sources: AssumptionSources): readonly LogAssumption[] {
  return [kernel(sources), ...processes(sources), ...instances(sources), ...tokens(sources), ...sysctl(sources)];
}

function kernel({ profile, given, named }: AssumptionSources): LogAssumption {
  const { name } = profile;
  if (given.profile) return { about: 'kernel', basis: 'given', text: `the kernel answers as ${name}` };
  if (named === undefined) {
    return {
      about: 'kernel',
      basis: 'assumed',
      text: `the kernel answers as ${name}: no program in the log names one (--kernel)`,
    };
  }
  const isOld = name === 'linux-6.9' && !/^6\.9\b/.test(named);
  const why = isOld ? ': it has no tokens, which came with 6.9' : '';
  return {
    about: 'kernel',
    basis: 'inferred',
    text: `kern_version of a program says Linux ${named}: it answers as ${name}${why}`,
  };
}

function processes({ evidence, calls, state }: AssumptionSources): LogAssumption[] {
  if (state.isGiven)
    return [{ about: 'process', basis: 'given', text: 'the processes start as the task of the scenario' }];
  const ofCalls = calls.flatMap(({ assumedOf }) => assumedOf ?? []);
  const roots = [...new Set([...evidence.start.keys(), ...ofCalls])].slice(0, MAX_TOLD);
  return roots.flatMap((root): LogAssumption[] => {
    const start = evidence.start.get(root);
    const lacks = evidence.lacks.get(root) ?? 0n;
    const where =
      start === undefined
        ? {
            basis: 'assumed' as const,
            text: `${root} starts in a user namespace of its own, with every capability there: no call tells otherwise`,
          }
        : start.userns === 'init'
          ? {
              basis: 'inferred' as const,
              text: `${root} starts in the initial user namespace: what line ${start.line} returns is possible only there`,
            }
          : {
              basis: 'inferred' as const,
              text: `${root} starts in a user namespace of its own: a token counts on line ${start.line}, which is possible only there`,
            };
    if (lacks === 0n) return [{ about: 'process', ...where }];
    const names = bitNumbers(lacks).map(capName).join(', ');
    const text = `${root} lacks ${names}: calls were refused although nothing else was missing`;
    return [
      { about: 'process', ...where },
      { about: 'process', basis: 'inferred', text },
    ];
  });
}

function instances({ evidence, state }: AssumptionSources): LogAssumption[] {
  return state.bpffs
    .filter(({ isShown }) => !isShown)
    .slice(0, MAX_TOLD)
    .map(({ key, name, line }) => {
      const about = 'bpffs' as const;
      if (evidence.empty.has(key))
        return { about, basis: 'inferred', text: `${name} delegates nothing (line ${line})` };
      if (evidence.foreign.has(key)) {
        const text = `${name} belongs to another user namespace than the process of line ${line}, or CAP_BPF is missing there: the log does not show who opened it`;
        return { about, basis: 'inferred', text };
      }
      const text = `${name}: the log does not show what it delegates; a bit counts as delegated where a call with its token succeeds, and as missing otherwise`;
      return { about, basis: 'inferred', text };
    });
}

function tokens({ calls }: AssumptionSources): LogAssumption[] {
  const hidden = calls.filter(({ tokenOfCall }) => tokenOfCall === 'assumed');
  if (hidden.length === 0) return [];
  const lines = hidden
    .slice(0, MAX_TOLD)
    .map(({ at }) => at.line)
    .join(', ');
  const more = hidden.length > MAX_TOLD ? ` and ${hidden.length - MAX_TOLD} more` : '';
  const text = `strace does not print the descriptor of the token on line ${lines}${more}: it is taken to be the one that the process made or got last`;
  return [{ about: 'token', basis: 'assumed', text }];
}

function sysctl({ evidence, calls }: AssumptionSources): LogAssumption[] {
  if (calls.length === 0) return [];
  if (evidence.unprivilegedLine !== undefined) {
    const text = `unprivileged_bpf_disabled is 0: what line ${evidence.unprivilegedLine} returns is possible only then`;
    return [{ about: 'sysctl', basis: 'inferred', text }];
  }
  return [{ about: 'sysctl', basis: 'assumed', text: 'unprivileged_bpf_disabled is 2, as distributions set it' }];
}

const MAX_TOLD = 8;
