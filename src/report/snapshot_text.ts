import { type HostFacts, UNSEEN_KINDS } from '../host/facts/host_facts.js';
import { type SnapshotScenario, unseenText } from '../host/facts/scenario_of_facts.js';
import { printable } from '../text/printable.js';
import { count } from './format.js';
import type { SnapshotJson } from './schemas/snapshot.js';
import type { Style } from './style.js';

/** A snapshot that was taken and written. */
export interface Snapshot {
  readonly facts: HostFacts;
  readonly scenario: SnapshotScenario;
  /** The folder of the saved copy that was read; undefined for this host. */
  readonly from: string | undefined;
  /** The file of the copy that was written; undefined for none. */
  readonly saved: string | undefined;
  /** Where the scenario went; `-` is standard output. */
  readonly out: string;
  readonly elapsedMs: number;
}

/** What was seen, what was not, what is assumed, for people. */
export function snapshotText({ facts, scenario, saved, out, elapsedMs }: Snapshot, style: Style): string {
  const { counts, profile, text } = scenario;
  const several = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;
  const without = [
    several(counts.kernelThreads, 'thread of the kernel', 'threads of the kernel'),
    several(counts.ended, 'process that ended', 'processes that ended'),
  ];
  const lines = [
    `Linux ${printable(facts.kernel)}, read in ${(elapsedMs / 1000).toFixed(2)} s`,
    `  seen: ${several(counts.processes, 'process', 'processes')} (without ${without.join(' and ')}), ` +
      `${several(counts.userns, 'user namespace')}, ${several(counts.mountNamespaces, 'mount namespace')},`,
    `        ${several(counts.instances, 'bpffs', 'bpffs')} of which ${several(counts.delegating, 'delegates', 'delegate')}, ` +
      `${several(counts.tokenDescriptors, 'descriptor of a token', 'descriptors of tokens')}`,
    ...facts.unseen.map((one) => style.bad(`  not seen: ${unseenText(one)}`)),
    ...scenario.assumptions.map((assumption) => style.dim(`  assumed: ${assumption}`)),
    ...scenario.leftOut.map((left) => style.bad(`  left out: ${left}`)),
    ...(saved === undefined ? [] : [`  saved: ${printable(saved)}`]),
    `  scenario: ${profile.name}, ${several(counts.tasks, 'task')}, ${several(counts.bpffs, 'bpffs', 'bpffs')}, ` +
      `${several(counts.tokens, 'token')}; ${count(Buffer.byteLength(text))} bytes to ${out === '-' ? 'standard output' : printable(out)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for programs. */
export function snapshotJson({ facts, scenario, from, saved, out, elapsedMs }: Snapshot): SnapshotJson {
  const { counts, profile, text, assumptions, leftOut } = scenario;
  return {
    schema: 'bpf-token-sim/snapshot/1',
    kernel: facts.kernel,
    profile: profile.name,
    from: from ?? null,
    saved: saved ?? null,
    out,
    bytes: Buffer.byteLength(text),
    host: {
      processes: counts.processes,
      kernel_threads: counts.kernelThreads,
      ended: counts.ended,
      userns: counts.userns,
      mount_namespaces: counts.mountNamespaces,
      bpffs: counts.instances,
      delegating: counts.delegating,
      token_descriptors: counts.tokenDescriptors,
    },
    scenario: { tasks: counts.tasks, bpffs: counts.bpffs, tokens: counts.tokens },
    unseen: facts.unseen.map(({ what, ...rest }) => ({ what, what_text: UNSEEN_KINDS[what], ...rest })),
    assumptions,
    left_out: leftOut,
    elapsed_ms: Math.round(elapsedMs),
  };
}
