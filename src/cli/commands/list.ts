import type { Command } from 'commander';
import { capName } from '../../kernel/capability.js';
import { gateOf, tokenSupportOf } from '../../kernel/commands.js';
import { mapTypeCapability } from '../../kernel/map_types.js';
import { NEWEST_PROFILE, PROFILES, type Profile } from '../../kernel/profile.js';
import { progTypeNeeds } from '../../kernel/prog_types.js';
import { LIBERTY_NAMES, LIBERTY_RULES, type LibertyRule, libertyCaps } from '../../kernel/verifier/liberties.js';
import { HELPER_COUNT, helperName, programRules } from '../../kernel/verifier/program_rules.js';
import type { EnumKind } from '../../kernel/vocabulary.js';
import { nearestOf } from '../../names/nearest.js';
import type { ListJson } from '../../report/schemas/list.js';
import { TOPICS } from '../command_table.js';
import { defineCommand } from '../define_command.js';
import { InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';

const KINDS: Readonly<Record<(typeof TOPICS)[number], EnumKind | 'profiles' | 'helpers' | 'liberties'>> = {
  profiles: 'profiles',
  cmds: 'cmds',
  'map-types': 'map_types',
  'prog-types': 'prog_types',
  'attach-types': 'attach_types',
  helpers: 'helpers',
  liberties: 'liberties',
};

/** Program types that are named of a helper. */
const MAX_TYPES = 6;

interface Row {
  readonly number?: number;
  readonly name: string;
  readonly about: string;
}

/** `bpftoken list`: profiles, and the names of a kernel with what each asks for. */
export function listCommand(program: Command): void {
  defineCommand(program, 'list').action((topic: string, options: OptionsOf<typeof OPTIONS.list>) => {
    const known = TOPICS.find((name) => name === topic.replaceAll('_', '-'));
    const kind = known && KINDS[known];
    if (!kind) {
      const nearest = nearestOf(topic, TOPICS);
      throw new InputError(
        `nothing to list under ${topic}${nearest ? `; did you mean ${nearest}?` : ''} (known: ${TOPICS.join(', ')})`,
        { nearest },
      );
    }
    const profile = options.profile ?? NEWEST_PROFILE;
    const rows = rowsOf(profile, kind);
    if (options.json) writeJson(process.stdout, listJson(known, kind === 'profiles' ? null : profile, rows));
    else writeText(process.stdout, table(rows));
  });
}

function rowsOf(profile: Profile, kind: EnumKind | 'profiles' | 'helpers' | 'liberties'): Row[] {
  switch (kind) {
    case 'profiles':
      return profileRows();
    case 'helpers':
      return helperRows(profile);
    case 'liberties':
      return libertyRows(profile);
    default:
      return nameRows(profile, kind);
  }
}

/** Helpers, with the program types that a recorded kernel offers each, whatever the capabilities. */
function helperRows(profile: Profile): Row[] {
  const types = profile.vocabulary.names('prog_types').slice(1);
  const rules = types.map((name) => {
    const progType = profile.vocabulary.require('prog_types', name);
    return { name, helpers: programRules(profile, { progType, attachType: 0 })?.helpers ?? [] };
  });
  return Array.from({ length: HELPER_COUNT }, (_, i) => {
    const offering = rules.filter(({ helpers }) => helpers[i] !== undefined && helpers[i].rule.never !== true);
    const isEvery = offering.length === rules.filter(({ helpers }) => helpers.length > 0).length;
    const names = offering.map(({ name }) => name);
    const more = names.length - MAX_TYPES;
    const some = more > 1 ? `${names.slice(0, MAX_TYPES).join(' ')} and ${more} more types` : names.join(' ');
    const about = isEvery ? 'every type' : some || 'no type with attach type 0';
    return { number: i + 1, name: helperName(i + 1), about };
  });
}

function libertyRows(profile: Profile): Row[] {
  return LIBERTY_NAMES.map((name) => {
    const { about: what, onlyAskedOf }: LibertyRule = LIBERTY_RULES[name];
    const asked = profile.vocabulary.require('prog_types', onlyAskedOf ?? 'kprobe');
    const always = libertyCaps(profile, false, name, asked);
    const mitigated = libertyCaps(profile, true, name, asked).filter((cap) => !always.includes(cap));
    const parts = [
      ...(always.length > 0 ? [always.map(capName).join(' and ')] : []),
      ...(mitigated.length > 0 ? [`${mitigated.map(capName).join(' and ')} with mitigations of Spectre`] : []),
    ];
    return { name, about: `${what}; asks ${parts.length > 0 ? parts.join(', and ') : 'nothing'}` };
  });
}

function listJson(topic: ListJson['topic'], profile: Profile | null, rows: readonly Row[]): ListJson {
  return {
    schema: 'bpf-token-sim/list/1',
    topic,
    profile: profile?.name ?? null,
    names: rows.map(({ name, number = null, about }) => ({ name, number, about })),
  };
}

function profileRows(): Row[] {
  return PROFILES.map(({ name, description }) => ({ name, about: description }));
}

function nameRows(profile: Profile, kind: EnumKind): Row[] {
  const { vocabulary } = profile;
  return vocabulary.names(kind).map((name) => {
    const number = vocabulary.require(kind, name);
    return { number, name, about: about(profile, kind, number) };
  });
}

function about(profile: Profile, kind: EnumKind, number: number): string {
  switch (kind) {
    case 'cmds':
      return aboutCommand(profile, number);
    case 'map_types': {
      const cap = mapTypeCapability(profile.vocabulary, number);
      return cap === undefined ? 'cannot be created' : cap === null ? 'asks nothing more' : `asks ${capName(cap)}`;
    }
    case 'prog_types': {
      if (number === 0) return 'cannot be loaded';
      const { unprivileged, netAdmin, perfmon } = progTypeNeeds(profile.vocabulary, number);
      const caps = [unprivileged ? [] : ['CAP_BPF'], netAdmin ? ['CAP_NET_ADMIN'] : [], perfmon ? ['CAP_PERFMON'] : []];
      return unprivileged ? 'asks nothing more' : `asks ${caps.flat().join(' and ')}`;
    }
    case 'attach_types':
      return '';
  }
}

function aboutCommand(profile: Profile, cmd: number): string {
  const gate = gateOf(profile, cmd);
  switch (gate.kind) {
    case 'token':
      return tokenSupportOf(profile, cmd) === 'taken'
        ? 'by capabilities, through a token that permits it'
        : 'by CAP_SYS_ADMIN in the initial userns; takes no token yet';
    case 'init_capability':
      return `by ${capName(gate.cap)} in the initial userns; no token helps`;
    case 'attach':
      return "by the descriptor; cgroup_skb programs ask CAP_NET_ADMIN through the program's own token";
    case 'token_create':
      return 'by CAP_BPF in the user namespace of the bpffs';
    case 'descriptor':
    case 'unknown':
      return 'by the descriptor; no token is consulted';
  }
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ number, name, about: text }) => {
      const first = number === undefined ? '' : `${String(number).padStart(3)}  `;
      return `${first}${name.padEnd(width)}  ${text}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}
