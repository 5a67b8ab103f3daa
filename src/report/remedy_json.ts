import { CAPABILITY_NAMES, type CapabilityName } from '../abi/capabilities.js';
import type { Remedy } from '../explain/remedy.js';
import type { RequestContext } from '../explain/request_context.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { PRE_NAMES } from '../request/fault_names.js';
import { describeRemedy } from './remedy_text.js';
import type { RemedyJson } from './schemas/remedy.js';

type Words = 'what' | 'note' | 'steps';
/** A remedy by names; what it says in words is added to each. */
type NamedRemedy = RemedyJson extends infer Each ? (Each extends RemedyJson ? Omit<Each, Words> : never) : never;

/** A remedy as JSON, by names. The context is the one it is applied to. */
export function remedyJson(context: RequestContext, remedy: Remedy): RemedyJson {
  const { what, note = null, steps = [] } = describeRemedy(context, remedy);
  return { ...namedRemedy(context, remedy), what, note, steps };
}

function namedRemedy({ world }: RequestContext, remedy: Remedy): NamedRemedy {
  const { vocabulary } = world.profile;
  switch (remedy.kind) {
    case 'delegate': {
      const { kind, mask, bit } = remedy;
      const name = vocabulary.nameOf(MASK_KIND[mask], bit);
      return { kind, token: nameIn(world.tokens, remedy.token), mask, bit, name };
    }
    case 'grant': {
      const { kind, task, cap } = remedy;
      const userns = nameIn(world.userns, world.tasks[task]?.userns ?? 0);
      return { kind, task: nameIn(world.tasks, task), userns, capability: capability(cap) };
    }
    case 'use_token':
      return { kind: remedy.kind, token: nameIn(world.tokens, remedy.token) };
    case 'other_task':
      return { kind: remedy.kind, task: nameIn(world.tasks, remedy.task) };
    case 'no_token':
    case 'gpl':
      return { kind: remedy.kind };
    case 'new_token': {
      const { kind, userns, bits } = remedy;
      return { kind, userns: nameIn(world.userns, userns), delegate: delegation(vocabulary, bits) };
    }
    case 'lsm_allow_cmd': {
      const { kind, token, cmd } = remedy;
      return { kind, token: nameIn(world.tokens, token), cmd: vocabulary.nameOf('cmds', cmd) };
    }
    case 'lsm_allow_cap':
      return { kind: remedy.kind, token: nameIn(world.tokens, remedy.token), capability: capability(remedy.cap) };
    case 'use_bpffs':
    case 'lsm_allow_create':
      return { kind: remedy.kind, bpffs: nameIn(world.bpffs, remedy.bpffs) };
    case 'new_bpffs': {
      const { kind, userns, like, bits } = remedy;
      return {
        kind,
        userns: nameIn(world.userns, userns),
        like: nameIn(world.bpffs, like),
        delegate: delegation(vocabulary, bits),
      };
    }
    case 'selinux_allow': {
      const { kind, source, target, class: name, permission } = remedy;
      const domain = (id: number) => world.selinux?.domains[id] ?? `#${id}`;
      return { kind, source: domain(source), target: domain(target), class: name, permission };
    }
    case 'attach_type':
      return { kind: remedy.kind, expected_attach_type: vocabulary.nameOf('attach_types', remedy.attachType) };
    case 'insn_cnt':
      return { kind: remedy.kind, insn_cnt: remedy.insnCnt };
    case 'fix_attributes':
      return { kind: remedy.kind, pre: PRE_NAMES[remedy.pre] ?? 'none' };
  }
}

function delegation(vocabulary: Vocabulary, bits: Readonly<Partial<Record<MaskName, number>>>) {
  const nameOf = (mask: MaskName): string | null => {
    const bit = bits[mask];
    return bit === undefined ? null : vocabulary.nameOf(MASK_KIND[mask], bit);
  };
  return { cmds: nameOf('cmds'), maps: nameOf('maps'), progs: nameOf('progs'), attachs: nameOf('attachs') };
}

function nameIn(rows: readonly { readonly name: string }[], id: number): string {
  return rows[id]?.name ?? `#${id}`;
}

/** Remedies name capabilities that commands ask for. */
function capability(cap: number): CapabilityName {
  return CAPABILITY_NAMES[cap] as CapabilityName;
}
