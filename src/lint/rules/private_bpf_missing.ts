import { readerRule } from '../rule.js';

export const privateBpfMissing = readerRule(
  'private-bpf-missing',
  'error',
  'BPFDelegate*= without PrivateBPF=yes: systemd mounts no bpffs, and says nothing.',
);
