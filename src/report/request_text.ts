import { bitNumbers } from '../abi/bits.js';
import { BPF_MAXINSNS } from '../abi/bpf.js';
import { capName } from '../kernel/capability.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import { readsField } from '../request/command_fields.js';
import { nameCall } from '../request/name_request.js';
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
  return `${cmd} ${progType} (attach type ${attach})${isCounted ? ` with ${insnCnt} instructions` : ''}`;
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
