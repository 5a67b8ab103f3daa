import { readFileSync } from 'node:fs';
import { machine, release } from 'node:os';
import { HostError } from '../errors.js';
import { FACTS_SCHEMA, type HostFacts } from '../facts/host_facts.js';
import { readNamespaces } from './read_namespaces.js';
import { readProcesses } from './read_processes.js';
import { withTokenInfo } from './token_info.js';
import { Unseen } from './unseen.js';

const PROC = '/proc';
const SYSCTL = `${PROC}/sys/kernel/unprivileged_bpf_disabled`;
const LSM = '/sys/kernel/security/lsm';

/**
 * Reads what this host shows of its user namespaces, bpffs instances, credentials and tokens. It changes nothing, and needs no
 * privilege: what this process may not see is in `unseen`. Throws a HostError where there is no /proc of Linux. Rejects with an
 * AbortError after the signal.
 */
export async function collectFacts(signal: AbortSignal): Promise<HostFacts> {
  if (process.platform !== 'linux') throw new HostError(`a Linux kernel is needed, and this is ${process.platform}`);
  const unseen = new Unseen();
  const found = await readProcesses(PROC, unseen, signal);
  const own = found.processes.find(({ pid }) => pid === process.pid);
  if (!own) throw new HostError('/proc is needed, and this process is not in it: it is not mounted, or is another one');
  const { relations, ...namespaces } = await readNamespaces(PROC, found.processes, unseen, signal);
  // The reader is no part of what is asked about; its namespaces are, which may be all that it sees.
  const processes = found.processes.filter(({ pid }) => pid !== process.pid);
  const [, euid] = own.uid;
  const sysctl = unseen.ofHost('sysctl', SYSCTL, readWord);
  return {
    schema: FACTS_SCHEMA,
    kernel: release(),
    machine: machine(),
    reader: { euid, userns: own.userns },
    relations,
    unprivileged_bpf_disabled: sysctl === undefined ? null : Number(sysctl),
    lsm: unseen.ofHost('lsm', LSM, readWord)?.split(',') ?? null,
    ...namespaces,
    processes,
    tokens: await withTokenInfo(
      found.tokens.filter(({ pid }) => pid !== process.pid),
      signal,
    ),
    kernel_threads: found.kernelThreads,
    ended: found.ended,
    unseen: unseen.facts,
  };
}

const readWord = (path: string): string => readFileSync(path, 'utf8').trim();
