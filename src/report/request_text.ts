import { bitNumbers } from '../abi/bits.js';
import { BPF_MAXINSNS } from '../abi/bpf.js';
import { capName } from '../kernel/capability.js';
import { helperName } from '../kernel/verifier/program_rules.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import { readsField } from '../request/command_fields.js';
import { nameCall } from '../request/name_request.js';
import { isDeclared } from '../request/program_index.js';
import { printable } from '../text/printable.js';

/** `prog_load xdp (attach type xdp)`: what a request asks for, in words. */
export function describeCall({ profile }: World, request: Request): string {
  const { insnCnt } = request;
  const {
    cmd,
    map_type: mapType,
    prog_type: progType,
    expected_attach_type: attach,
  } = nameCall(profile.vocabulary, request);
  if (mapType !== undefined) return `${cmd} ${mapType}`;
  if (progType === undefined) return cmd;
  const isCounted = readsField(cmd, 'insn_cnt') && (insnCnt > BPF_MAXINSNS || insnCnt === 0);
  const counted = isCounted ? ` with ${insnCnt} instructions` : '';
  return `${cmd} ${progType} (attach type ${attach})${counted}${describeProgram(request)}`;
}

/** Names of helpers and liberties that are shown. */
const MAX_SHOWN = 6;

/** `, program agent, that calls probe_read_kernel and takes loops`: what a request says of its program. */
function describeProgram({ program }: Request): string {
  if (!program) return '';
  const { helpers, liberties } = program;
  const calls = helpers.length > 0 ? [`calls ${shortened(helpers.map(helperName))}`] : [];
  const takes = liberties.length > 0 ? [`takes ${shortened(liberties)}`] : [];
  const needs = [...calls, ...takes].join(' and ');
  const name = isDeclared(program) ? `, program ${printable(program.name)}` : ' of a program';
  return `${name}${needs === '' ? '' : ` that ${needs}`}`;
}

function shortened(names: readonly string[]): string {
  const more = names.length - MAX_SHOWN;
  return more > 1 ? `${names.slice(0, MAX_SHOWN).join(', ')} and ${more} more` : names.join(', ');
}

/** `userns web, euid 1000, CAP_BPF CAP_NET_ADMIN`: who asks. */
export function describeTask(world: World, id: number): string {
  const task = world.tasks[id];
  if (!task) return 'no such task';
  return `userns ${printable(world.userns[task.userns]?.name ?? '')}, euid ${task.euid}, ${formatCapabilities(task.effective)}`;
}

/** Capabilities of a set by name; `no capabilities` for none, `all capabilities` for every one bpf() asks for and more. */
export function formatCapabilities(effective: bigint): string {
  const names = bitNumbers(effective).map(capName);
  if (names.length === 0) return 'no capabilities';
  return names.length > 36 ? 'all capabilities' : names.join(' ');
}

/** The token of a request by name and user namespace, or `no token`. */
export function describeToken(world: World, request: Request): string {
  if (request.token === NO_TOKEN) return 'no token';
  const token = world.tokens[request.token];
  if (!token) return 'a token that does not exist';
  return printable(`token ${token.name} (userns ${world.userns[token.userns]?.name})`);
}
