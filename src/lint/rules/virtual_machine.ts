import { readerRule } from '../rule.js';

export const virtualMachine = readerRule(
  'virtual-machine',
  'error',
  'A virtual machine: it has a kernel of its own, and the container manager mounts no bpffs in it.',
);
