/** A rule of the model broken in its code: what stands there once, and what stands there instead. */
export interface BrokenRule {
  readonly why: string;
  /** A file of dist/kernel. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const rule = (why: string, file: string, find: string, replace: string): BrokenRule => ({ why, file, find, replace });

export const BROKEN_RULES: readonly BrokenRule[] = [
  rule('owners have nothing', 'capability.js', 'ns.parent === cred.userns && ns.owner === cred.euid', 'false'),
  rule(
    'owners have everything from anywhere',
    'capability.js',
    'ns.parent === cred.userns && ns.owner === cred.euid',
    'ns.owner === cred.euid',
  ),
  rule(
    'CAP_SYS_ADMIN stands in for nothing',
    'capability.js',
    '(cap !== CAP_SYS_ADMIN && nsCapable(cred, target, CAP_SYS_ADMIN, trace))',
    'false',
  ),
  rule(
    'without a token, capabilities count in the own namespace',
    'token_checks.js',
    "the initial userns`);\n        return bpfNsCapable(cred, init, cap, trace) ? 'yes' : 'no';",
    "the initial userns`);\n        return bpfNsCapable(cred, cred.userns, cap, trace) ? 'yes' : 'no';",
  ),
  rule(
    'with a token, capabilities are asked in the initial namespace',
    'token_checks.js',
    'if (bpfNsCapable(cred, token.userns, cap, trace)) {',
    'if (bpfNsCapable(cred, init, cap, trace)) {',
  ),
  rule(
    'a token that does not permit a map is refused, not dropped',
    'map_create.js',
    'const token = permits ? given : null;',
    'if (given && !permits) return trace?.refuse(Outcome.CAP_BPF_MISSING, ERRNO.EPERM);\n    const token = given;',
  ),
  rule(
    'a token that does not permit a program is refused, not dropped',
    'prog_load.js',
    'const token = permits ? given : null;',
    'if (given && !permits) return trace?.refuse(Outcome.CAP_BPF_MISSING, ERRNO.EPERM);\n    const token = given;',
  ),
  rule(
    'attach type 0 is never fixed up',
    'attach_types.js',
    'if (attachType !== 0)\n        return attachType;',
    'return attachType;',
  ),
  rule(
    'attach types are not looked at',
    'token_checks.js',
    'const attachAllowed = attachKnown && hasBit(token.allowed.attachs, attachType);',
    'const attachAllowed = true;',
  ),
  rule(
    'map types are looked up in the mask of program types',
    'token_checks.js',
    'hasBit(token.allowed.maps, type)',
    'hasBit(token.allowed.progs, type)',
  ),
  rule('commands are not looked at', 'token_checks.js', '!hasBit(token.allowed.cmds, cmd)', 'false'),
  rule(
    'a number in a list adds to what came before',
    'mount_options.js',
    "effect === 'add' ? value | bits : bits",
    'value | bits',
  ),
  rule(
    'an option given twice replaces the first',
    'bpffs.js',
    'options.delegate[mask] |= bits & MASK_ANY;',
    'options.delegate[mask] = bits & MASK_ANY;',
  ),
  rule(
    'an empty mask needs CAP_SYS_ADMIN too',
    'bpffs.js',
    'bits !== 0n && !capable(cred, CAP_SYS_ADMIN, trace)',
    '!capable(cred, CAP_SYS_ADMIN, trace)',
  ),
  rule(
    'uid= need not be mapped in the instance’s namespace',
    'bpffs.js',
    'global === undefined || !hasMapping(target, global)',
    'global === undefined',
  ),
  rule(
    'tokens are made from anywhere',
    'token_checks.js',
    'const sameUserns = cred.userns === sb.userns;',
    'const sameUserns = true;',
  ),
  rule(
    'CAP_SYS_ADMIN stands in where a token is made',
    'token_checks.js',
    '!nsCapable(cred, sb.userns, CAP_BPF, trace)',
    '!bpfNsCapable(cred, sb.userns, CAP_BPF, trace)',
  ),
  rule(
    'the sysctl counts only when it is 2',
    'prog_load.js',
    "sysctl !== 0 && bpf !== 'yes'",
    "sysctl === 2 && bpf !== 'yes'",
  ),
  rule('flow dissectors are nothing for CAP_NET_ADMIN', 'prog_types.js', "    'flow_dissector',\n", ''),
  rule(
    'every caller may load a million instructions',
    'prog_load.js',
    "bpf === 'yes' ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS",
    'BPF_COMPLEXITY_LIMIT_INSNS',
  ),
  rule('BPF_F_ZERO_SEED asks nothing', 'map_create.js', '(flags & BPF_F_ZERO_SEED) !== 0 &&', 'false &&'),
  rule(
    'PROG_ATTACH without CAP_NET_ADMIN is EPERM',
    'attach.js',
    ': Outcome.CAP_NET_ADMIN_MISSING_EINVAL;',
    ': Outcome.CAP_NET_ADMIN_MISSING;',
  ),
  rule(
    'attaching forgets the token of the program',
    'attach.js',
    'requireCapability(kernel, task.cred, prog.token, CAP_NET_ADMIN',
    'requireCapability(kernel, task.cred, null, CAP_NET_ADMIN',
  ),
  rule(
    'fdinfo says any only for all 64 bits',
    'token_checks.js',
    "(value & known) === known ? 'any'",
    "value === (1n << 64n) - 1n ? 'any'",
  ),
  rule(
    'an LSM that refuses a command fails the call',
    'token_checks.js',
    'return drop(Disposition.DROPPED_LSM);',
    'return true;',
  ),
];
