import { CAP_BPF, CAP_NET_ADMIN } from '../abi/capabilities.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * The capability each map type asks of its creator besides what unprivileged_bpf_disabled asks; null: none.
 * Source: kernel/bpf/syscall.c, the map type switch of map_create() (6.9 to 7.1), map_create_alloc() (7.2 and later).
 */
const MAP_TYPE_CAPABILITY: Readonly<Record<string, number | null>> = {
  array: null,
  percpu_array: null,
  prog_array: null,
  perf_event_array: null,
  cgroup_array: null,
  array_of_maps: null,
  hash: null,
  rhash: null,
  percpu_hash: null,
  hash_of_maps: null,
  ringbuf: null,
  user_ringbuf: null,
  cgroup_storage: null,
  percpu_cgroup_storage: null,
  sk_storage: CAP_BPF,
  inode_storage: CAP_BPF,
  task_storage: CAP_BPF,
  cgrp_storage: CAP_BPF,
  bloom_filter: CAP_BPF,
  lpm_trie: CAP_BPF,
  reuseport_sockarray: CAP_BPF,
  stack_trace: CAP_BPF,
  queue: CAP_BPF,
  stack: CAP_BPF,
  lru_hash: CAP_BPF,
  lru_percpu_hash: CAP_BPF,
  struct_ops: CAP_BPF,
  cpumap: CAP_BPF,
  arena: CAP_BPF,
  insn_array: CAP_BPF,
  sockmap: CAP_NET_ADMIN,
  sockhash: CAP_NET_ADMIN,
  devmap: CAP_NET_ADMIN,
  devmap_hash: CAP_NET_ADMIN,
  xskmap: CAP_NET_ADMIN,
};

/** What a map type asks: a capability, null for none, undefined where the release has no such type (EINVAL). */
export function mapTypeCapability(vocabulary: Vocabulary, mapType: number): number | null | undefined {
  return MAP_TYPE_CAPABILITY[vocabulary.nameOf('map_types', mapType)];
}
