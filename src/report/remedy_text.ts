import { Fault } from '../abi/verdict.js';
import { applyRemedy, type Remedy } from '../explain/remedy.js';
import type { RequestContext } from '../explain/request_context.js';
import { capName } from '../kernel/capability.js';
import { takesToken } from '../kernel/commands.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../kernel/masks.js';
import { showOptions } from '../kernel/mount_options.js';
import type { AllowRule } from '../kernel/selinux.js';
import type { BpffsSpec, World } from '../kernel/world.js';

/** A remedy as an instruction for a person, and the reason for it. */
export interface RemedyText {
  readonly what: string;
  readonly note?: string;
  /** Who has to do what, in order, where several have to. */
  readonly steps?: readonly string[];
}

const MEND: Readonly<Record<Fault, string>> = {
  [Fault.NONE]: 'nothing',
  [Fault.ATTR_E2BIG]: 'zero the attribute bytes this kernel does not know, or pass a smaller attribute size',
  [Fault.ATTR_EINVAL]: 'make the attributes valid for the command (flags, sizes, unused fields zero)',
  [Fault.TOKEN_EBADF]: 'pass a token descriptor that is open in the calling task (an O_PATH descriptor does not count)',
  [Fault.TOKEN_EINVAL]: 'pass a descriptor made by BPF_TOKEN_CREATE (the bpffs directory itself is not a token)',
  [Fault.LATE_EINVAL]: 'make the attributes valid: the permission is there, a later check refuses them',
  [Fault.LATE_ENOENT]: 'name an id that exists: the permission is there',
  [Fault.BAD_ROW]: 'write the row so that it can be read',
};

/** A remedy in words; the context is the one it is applied to. */
export function describeRemedy({ world, request }: RequestContext, change: Remedy): RemedyText {
  const { vocabulary } = world.profile;
  const task = world.tasks[request.task]?.name ?? 'the task';
  const userns = (id: number) => world.userns[id]?.name ?? `#${id}`;
  switch (change.kind) {
    case 'delegate': {
      const name = vocabulary.nameOf(MASK_KIND[change.mask], change.bit);
      const where = delegation(world, change.token);
      return {
        what: `add ${name} to delegate_${change.mask} of ${where.bpffs}, then make ${where.token} again`,
        note: `bit ${change.bit}; a token keeps the masks it was made with, so mounting alone is not enough`,
      };
    }
    case 'grant': {
      const ns = world.tasks[change.task]?.userns ?? 0;
      const takes = takesToken(world.profile, request);
      const note =
        ns === 0
          ? `in the initial userns this counts for the whole machine${takes ? '; no token is needed with it' : ''}`
          : `effective in its own user namespace${takes ? '; it counts only together with the token' : ''}`;
      return { what: `give ${task} ${capName(change.cap)} in userns ${userns(ns)}`, note };
    }
    case 'use_token': {
      const token = world.tokens[change.token];
      const ns = userns(token?.userns ?? 0);
      return {
        what: `hand the call the token ${token?.name} instead`,
        note: `it belongs to ${ns}, the user namespace ${task} is in`,
      };
    }
    case 'other_task': {
      const other = world.tasks[change.task];
      const who = `have ${other?.name} make the call (userns ${userns(other?.userns ?? 0)}, where the`;
      if (!takesToken(world.profile, request)) {
        const note = 'a token is made by a task in exactly the userns of the bpffs';
        return { what: `${who} bpffs belongs)`, note };
      }
      return {
        what: `${who} token belongs)`,
        note: `else ${task} needs capabilities in the initial userns, which count for the whole machine`,
      };
    }
    case 'no_token':
      return {
        what: 'make the call without a token',
        note: 'the capabilities are there; the token only gets in the way',
      };
    case 'new_token': {
      const options = MASK_NAMES.flatMap((mask) => formatOptions(world, mask, change.bits[mask]));
      return {
        what:
          `mount a bpffs for userns ${userns(change.userns)} with ${options.join(',')}, ` +
          `make a token from it in that userns and hand it to the call`,
        note: 'setting delegate_ options needs CAP_SYS_ADMIN in the initial userns; BPF_TOKEN_CREATE needs CAP_BPF in that one',
        steps: tokenSteps(userns(change.userns), options),
      };
    }
    case 'use_bpffs':
      return {
        what: `make the token from bpffs ${world.bpffs[change.bpffs]?.name} instead`,
        note: `it belongs to ${userns(world.bpffs[change.bpffs]?.userns ?? 0)}, the user namespace ${task} is in`,
      };
    case 'new_bpffs': {
      const { options } = applyRemedy({ world, request }, change).world.bpffs.at(-1) as BpffsSpec;
      const shown = showOptions(world.profile, options).split(',');
      const delegation = shown.filter((option) => option.startsWith('delegate_'));
      const isExample = MASK_NAMES.some((mask) => change.bits[mask] !== undefined);
      return {
        what:
          `mount a bpffs from userns ${userns(change.userns)} with ${delegation.join(',')}` +
          `${isExample ? ' (or whatever its tokens are to allow)' : ''}, and make the token from it`,
        note: 'a token is made by a task in exactly the userns that the bpffs was opened in',
        steps: tokenSteps(userns(change.userns), delegation),
      };
    }
    case 'lsm_allow_create':
      return {
        what: `have the LSM allow tokens from bpffs ${world.bpffs[change.bpffs]?.name}`,
        note: 'hook bpf_token_create',
      };
    case 'lsm_allow_cmd': {
      const name = vocabulary.nameOf('cmds', change.cmd);
      return {
        what: `have the LSM allow ${name} through ${tokenName(world, change.token)}`,
        note: 'hook bpf_token_cmd',
      };
    }
    case 'lsm_allow_cap':
      return {
        what: `have the LSM allow ${capName(change.cap)} through ${tokenName(world, change.token)}`,
        note: 'hook bpf_token_capable',
      };
    case 'selinux_allow':
      return allowRuleText(world, change);
    case 'attach_type':
      return { what: `use expected_attach_type ${vocabulary.nameOf('attach_types', change.attachType)}` };
    case 'insn_cnt':
      return { what: `load a program of at most ${change.insnCnt} instructions` };
    case 'gpl':
      return {
        what: 'give the program a licence that is compatible with the GPL',
        note: 'the kernel takes GPL, GPL v2, GPL and additional rights, Dual BSD/GPL, Dual MIT/GPL and Dual MPL/GPL',
      };
    case 'fix_attributes':
      return { what: MEND[change.pre] };
  }
}

function allowRuleText(world: World, { source, target, class: name, permission }: AllowRule): RemedyText {
  const domain = (id: number) => world.selinux?.domains[id] ?? `#${id}`;
  const to = source === target ? 'self' : domain(target);
  const what = `add to the policy: allow ${domain(source)} ${to}:${name} ${permission};`;
  const command = /^(.*)_as$/.exec(permission)?.[1];
  if (command === undefined) return { what };
  return {
    what,
    note: `it is asked because ${command} is delegated: a bpffs that does not delegate it needs no such rule`,
  };
}

/** The system calls from opening a bpffs to its token. Source: the model (src/kernel/bpffs.ts), as the kernel's selftest does it. */
function tokenSteps(userns: string, options: readonly string[]): string[] {
  const sets = options.map((option) => option.replace('=', ', ')).join('; ');
  return [
    `a task in userns ${userns}, with CAP_SYS_ADMIN over its mount namespace: fsopen("bpf"), and sends the descriptor to a task that is privileged on the host`,
    `a task with CAP_SYS_ADMIN in the initial userns: fsconfig(FSCONFIG_SET_STRING) for ${sets}; then fsconfig(FSCONFIG_CMD_CREATE)`,
    `the same task, or one with CAP_SYS_ADMIN over its own mount namespace: fsmount(), and sends the descriptor back`,
    `a task in userns ${userns} with CAP_BPF there: opens the directory (openat "."), then BPF_TOKEN_CREATE`,
  ];
}

function formatOptions(world: World, mask: MaskName, bit: number | undefined): string[] {
  return bit === undefined ? [] : [`delegate_${mask}=${world.profile.vocabulary.nameOf(MASK_KIND[mask], bit)}`];
}

function tokenName(world: World, id: number): string {
  const token = world.tokens[id];
  return token ? `the token ${token.name}` : 'the token';
}

function delegation(world: World, id: number): { bpffs: string; token: string } {
  const bpffs = world.bpffs[world.tokens[id]?.bpffs ?? -1];
  return { bpffs: bpffs ? `bpffs ${bpffs.name}` : 'the bpffs it is made from', token: tokenName(world, id) };
}
