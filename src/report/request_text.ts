import { capName } from '../kernel/capability.js';
import { gateOf } from '../kernel/commands.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import { printable } from '../text/printable.js';

/** `prog_load xdp (attach type xdp)`: what a request asks for, in words. */
export function describeCall({ profile }: World, request: Request): string {
  const { vocabulary } = profile;
  const cmd = vocabulary.nameOf('cmds', request.cmd);
  const attach = () => `(attach type ${vocabulary.nameOf('attach_types', request.attachType)})`;
  if (cmd === 'map_create') return `map_create ${vocabulary.nameOf('map_types', request.type)}`;
  if (cmd === 'prog_load' || gateOf(profile, request.cmd).kind === 'attach') {
    const count = request.insnCnt > 4096 || request.insnCnt === 0 ? ` with ${request.insnCnt} instructions` : '';
    return `${cmd} ${vocabulary.nameOf('prog_types', request.type)} ${attach()}${count}`;
  }
  return cmd;
}

/** `userns web, euid 1000, CAP_BPF CAP_NET_ADMIN`: who asks. */
export function describeTask(world: World, id: number): string {
  const task = world.tasks[id];
  if (!task) return 'no such task';
  return `userns ${printable(world.userns[task.userns]?.name ?? '')}, euid ${task.euid}, ${formatCapabilities(task.effective)}`;
}

/** Capabilities of a set by name; `no capabilities` for none, `all capabilities` for every one bpf() asks for and more. */
export function formatCapabilities(effective: bigint): string {
  const names: string[] = [];
  for (let cap = 0; cap < 64; cap++) if ((effective >> BigInt(cap)) & 1n) names.push(capName(cap));
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
